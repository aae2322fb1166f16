// Catch2 2.x compiles itself here, once for all test binaries.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) {
  using warn = Catch::WarnAbout;
#if CATCH_VERSION_MAJOR < 3
  constexpr auto no_match = warn::NoTests;
#else
  constexpr auto no_match = warn::UnmatchedTestSpec;
#endif
  Catch::Session session;
  // A test that checks nothing must not pass, nor a name that matches no test.
  session.configData().warnings
    = static_cast<warn::What>(warn::NoAssertions | no_match);
  return session.run(argc, argv);
}
