#include <cafka/group.hpp>
#include <iostream>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>

// A connection to a database; what fails there throws.
class database {
public:
  explicit database(const char* path) {
    sqlite3* opened = nullptr;
    auto code = sqlite3_open(path, &opened);
    connection_.reset(opened);
    check(code);
    sqlite3_busy_timeout(opened, 10'000); // ms; others write, too
    run("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INT)");
  }
  void run(const char* sql) {
    check(sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr));
  }
  void insert(const std::string& id, int amount) {
    sqlite3_stmt* made = nullptr;
    check(sqlite3_prepare_v2(connection_.get(),
                             "INSERT OR IGNORE INTO orders VALUES (?, ?)", -1,
                             &made, nullptr));
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> row{
      made, &sqlite3_finalize};
    auto size = static_cast<int>(id.size());
    check(sqlite3_bind_text(made, 1, id.data(), size, SQLITE_STATIC));
    check(sqlite3_bind_int(made, 2, amount));
    if (sqlite3_step(made) != SQLITE_DONE)
      throw std::runtime_error(sqlite3_errmsg(connection_.get()));
  }

private:
  void check(int code) {
    if (code != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(connection_.get()));
  }
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{
    nullptr, &sqlite3_close};
};

// One transaction per batch. A handler that throws is replaced, and its
// connection goes with it, so that nothing of the batch is there when the batch
// comes again.
class order_writer : public cafka::message_handler {
public:
  order_writer(const cafka::handler_context&, const char* path) : out_(path) {
  }
  cafka::handler_answer handle(const cafka::message_batch& batch) override {
    out_.run("BEGIN IMMEDIATE");
    for (auto record : batch)
      out_.insert(record.id(), std::stoi(std::string{record.value().value()}));
    out_.run("COMMIT");
    return cafka::handler_answer::ack();
  }

private:
  database out_;
};

int main(int argc, char** argv) {
  cafka::init_types();
  caf::actor_system_config cfg;
  cafka::add_types(cfg);
  caf::actor_system system{cfg};
  cafka::group_options options;
  options.config.name = "orders";
  options.config.endpoints = {argc > 1 ? argv[1] : "localhost:9092"};
  options.config.group = "order-writers";
  options.config.topics = {"orders"};
  auto path = argc > 2 ? argv[2] : "orders.db";
  options.handler = cafka::make_handler<order_writer>(path);
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  std::cin.get(); // until Enter
  return cafka::stop(system, *group) ? 1 : 0;
}
