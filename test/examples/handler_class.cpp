#include <cafka/group.hpp>
#include <iostream>

class bulk_writer : public cafka::message_handler {
public:
  bulk_writer(const cafka::handler_context& context, caf::actor_system& system)
    : system_(system), least_(caf::get_or(context.init_args, "rows", 100u)) {
  }

  cafka::handler_answer handle(const cafka::message_batch& batch) override {
    for (auto record : batch)
      rows_.emplace_back(record.value().value_or("")); // outlives the batch
    std::cout << rows_.size() << " rows gathered" << std::endl;
    last_ = cafka::ack_of(batch);
    if (rows_.size() < least_)
      return cafka::handler_answer::no_ack(); // the rows stay in the window
    write("enough");
    return cafka::handler_answer::ack(); // and of what earlier calls gathered
  }
  void on_close(cafka::close_reason why) override {
    using enum cafka::close_reason;
    if (rows_.empty() || why == failed || why == lost)
      return; // they come again
    write(to_string(why));
    if (auto group = cafka::find(system_, "orders"))
      cafka::send(*group, last_);
  }

private:
  void write(const std::string& why) {
    std::cout << why << ": " << rows_.size() << " rows written" << std::endl;
    rows_.clear();
  }
  caf::actor_system& system_;
  std::size_t least_;
  std::vector<std::string> rows_;
  cafka::ack last_;
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
  caf::put(options.config.handler_init_args, "rows", 4);
  options.handler = cafka::make_handler<bulk_writer>(std::ref(system));
  auto group = cafka::spawn(system, options);
  if (!group) {
    std::cerr << cafka::text_of(group.error()) << "\n";
    return 1;
  }
  std::cin.get();                             // until Enter
  return cafka::stop(system, *group) ? 1 : 0; // an error: not in order
}
