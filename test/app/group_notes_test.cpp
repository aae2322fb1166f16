#include "program/group_notes.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::app;

TEST_CASE("an event is one line, whatever its names and texts hold") {
  event x;
  x.kind = event_kind::client_error;
  x.group = "order-readers";
  x.tp = {"orders", 3};
  x.code = errc::unknown_topic;
  x.text = "a \"topic\"";
  CHECK(to_string(x)
        == "event=client_error group=order-readers partition=orders/3 "
           "code=unknown_topic text=\"a \\\"topic\\\"\"");
  x = {};
  x.group = "two\nlines and blanks";
  x.text = "one\r\ntwo";
  CHECK(to_string(x)
        == "event=assigned group=\"two\\nlines and blanks\" "
           "text=\"one\\r\\ntwo\"");
}

TEST_CASE("a log line stays one line") {
  std::string line;
  auto log = log_to([&](const std::string& x) { line = x; });
  log({log_record::warning, "two\nlines", "FAIL", "one\ntwo"});
  CHECK(line == "log=FAIL group=\"two\\nlines\" text=\"one\\ntwo\"");
}
