// What `cafka offsets reset` refuses before it asks any broker; the rest needs
// a real one.

#include "support/catch.hpp"
#include "support/config_text.hpp"
#include "support/run_program.hpp"

using namespace cafka::test;

namespace {

outcome reset(std::vector<std::string> args) {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(nobody));
  std::vector<std::string> all{"offsets", "reset", conf};
  all.insert(all.end(), args.begin(), args.end());
  return run_program(all);
}

} // namespace

TEST_CASE("a reset of offsets to what is no position is refused, and says what "
          "is one") {
  auto to = GENERATE("soon", "-1", "1.5", "2026-13-01", "ms");
  auto x = reset({std::string{"--to="} + to});
  INFO(x.out << x.err);
  CHECK(x.code == 2);
  CHECK(has(x.err, std::string{"cafka offsets reset: --to "} + to
                     + ": earliest, latest, an offset, a time as "
                       "2026-11-29T13:05:09Z"));
}

TEST_CASE("a reset of offsets names the topic of its partition, and one that "
          "the group reads") {
  auto x = reset({"--to", "0", "--partition", "1"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "cafka offsets reset: --partition needs --topic"));
  x = reset({"--to", "0", "--topic", "bills"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "--topic bills: group orders does not read it"));
}

TEST_CASE("a reset of offsets that no broker answers is a named error") {
  auto x = reset({"--to", "earliest", "--yes", "--timeout", "1"});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(x.out.empty());
  CHECK(has(x.err, "cafka offsets reset: "));
}

TEST_CASE("offsets needs its config file, with reset and without it") {
  auto x = run_program({"offsets"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "CONFIG is required"));
  x = run_program({"offsets", "reset", "--to", "0"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "CONFIG is required"));
  x = run_program({"offsets", "reset", "a.conf"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "--to is required"));
}
