#pragma once

#include "broker_support/secure_config.hpp"
#include "support/run_program.hpp"
#include "support/scratch_directory.hpp"

#include "support/catch.hpp"

#include <csignal>
#include <string>

namespace cafka::test {

/// The program with one config file against one listener: nothing else tells it
/// how to log in.
class secure_run {
public:
  secure_run(cluster& kafka, const std::string& endpoints,
             const client_settings& settings)
    : topic_("secure-" + std::to_string(getpid()) + "-"
             + std::to_string(++count_)),
      settings_(settings),
      file_(files_.write("secure.conf",
                         secure_config(endpoints, topic_, settings))) {
    kafka.create_topic(topic_, 1);
  }

  /// Writes a record, reads it as a group, and asks for what is committed.
  void check_that_all_works() const {
    auto written = run_program({"produce", file_, topic_}, {"hello\n"});
    INFO(written.err);
    CHECK(written.code == 0);
    app_process reader{{CAFKA_PROGRAM, "run", file_}};
    CHECK(reader.await_output("\"value\":\"hello\""));
    reader.send(SIGINT);
    CHECK(reader.wait() == 0);
    INFO(reader.err());
    check_no_secret(reader.err() + reader.out());
    auto asked = run_program({"offsets", file_, "--json"});
    INFO(asked.err);
    CHECK(asked.code == 0);
    CHECK(asked.out_has("\"committed\":1"));
  }

  /// Every command ends by itself, soon, and tells these words.
  void check_that_all_is_refused(const std::vector<std::string>& words) const {
    // More than 10 times what it takes; a delivery would be given up after 30
    // s.
    auto soon = std::chrono::seconds{20};
    auto ran = run_program({"run", file_}, {"", true, false, soon});
    INFO(ran.err);
    CHECK(ran.code == 4);
    CHECK(ran.err_has(" supervisor_gave_up code="));
    CHECK_FALSE(ran.err_has(" group_restarted count="));
    auto wrote = run_program({"produce", file_, topic_},
                             {"hello\n", true, false, soon});
    INFO(wrote.err);
    CHECK(wrote.code == 1);
    auto asked = run_program({"offsets", file_, "--timeout", "60"},
                             {"", true, false, soon});
    INFO(asked.err);
    CHECK(asked.code == 6);
    for (auto* x : {&ran, &wrote, &asked}) {
      CHECK(x->err_has("authentication: "));
      for (auto& word : words) {
        INFO(word);
        CHECK(x->err_has(word));
      }
      check_no_secret(x->err + x->out);
    }
  }

  /// A run goes on: nobody can know whether the broker is just away.
  void check_that_it_waits(const std::string& words) const {
    app_process reader{{CAFKA_PROGRAM, "run", file_}};
    CHECK(reader.await_error(words));
    reader.send(SIGINT);
    CHECK(reader.wait() == 0);
    INFO(reader.err());
    CHECK(reader.err().find("code=broker_unavailable") != std::string::npos);
    CHECK(reader.err().find("code=authentication") == std::string::npos);
    check_no_secret(reader.err());
  }

private:
  void check_no_secret(const std::string& text) const {
    for (auto& [name, value] : settings_)
      if (name.find("password") != std::string::npos)
        CHECK(text.find(value) == std::string::npos);
  }

  static inline int count_ = 0;
  scratch_directory files_;
  std::string topic_;
  client_settings settings_;
  std::string file_;
};

} // namespace cafka::test
