#include "demo/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cafka::demo {

namespace {

struct package {
  const char* name; ///< with its architecture, as dpkg logs it
  const char* before;
  const char* after;
};

constexpr auto packages = std::to_array<package>({
  {"libamber3:amd64", "3.4.1-2", "3.4.1-2+deb12u1"},
  {"libamber-dev:amd64", "3.4.1-2", "3.4.1-2+deb12u1"},
  {"amber-utils:amd64", "3.4.1-2", "3.4.1-2+deb12u1"},
  {"basalt-common:all", "2:1.19.0-1", "2:1.19.0-3"},
  {"basalt-server:amd64", "2:1.19.0-1", "2:1.19.0-3"},
  {"libcobalt2:amd64", "0.9.7-4", "0.9.8-1"},
  {"libcobalt-data:all", "0.9.7-4", "0.9.8-1"},
  {"dolomite:amd64", "20230311-5", "20230311-6"},
  {"libepidote1.2:amd64", "1.2.13.dfsg-1", "1.2.13.dfsg-1+b1"},
  {"feldspar-tools:amd64", "4.18.2-1", "4.18.3-1"},
  {"libgarnet6:amd64", "6.4-4", "6.4-4+b2"},
  {"garnet-bin:amd64", "6.4-4", "6.4-4+b2"},
  {"hematite-base:all", "12.4+deb12u5", "12.4+deb12u6"},
  {"libiolite0:amd64", "0.23-3", "0.24-1"},
  {"jasper-i18n:all", "1:24.2-2", "1:24.2-3"},
  {"libkyanite-c++9:amd64", "9.1.0-8", "9.1.0-9"},
  {"lazurite:amd64", "1.6.1-4", "1.6.1-5"},
  {"libmalachite-perl:all", "0.8800-1", "0.8800-2"},
  {"nephrite-daemon:amd64", "252.3-1", "252.4-1"},
  {"python3-olivine:all", "3.11.2-1", "3.11.4-1"},
  {"libpyrite4:i386", "4.4.36-4", "4.4.36-5"},
  {"quartz-firmware:all", "20240102-1", "20240610-1"},
});

/// A clock as the log writes it, moved on by hand.
struct log_clock {
  std::string stamp() const {
    return fmt::format("2024-06-{:02} {:02}:{:02}:{:02}", day,
                       6 + second / 3'600, second / 60 % 60, second % 60);
  }
  int day = 0;
  int second = 0;
};

void unpack(std::string& out, log_clock& clock, const package& x) {
  auto line = [&](const char* what, const char* version) {
    out += fmt::format("{} {} {} {}\n", clock.stamp(), what, x.name, version);
  };
  out += fmt::format("{} upgrade {} {} {}\n", clock.stamp(), x.name, x.before,
                     x.after);
  line("status half-configured", x.before);
  line("status unpacked", x.before);
  line("status half-installed", x.before);
  ++clock.second;
  line("status unpacked", x.after);
}

void configure(std::string& out, log_clock& clock, const package& x) {
  auto line = [&](const char* what) {
    out += fmt::format("{} {} {} {}\n", clock.stamp(), what, x.name, x.after);
  };
  out += fmt::format("{} configure {} {} <none>\n", clock.stamp(), x.name,
                     x.after);
  line("status unpacked");
  line("status half-configured");
  line("status installed");
  ++clock.second;
}

/// An upgrade works in small rounds: it unpacks some, then configures them.
void upgrade(std::string& out, log_clock clock) {
  constexpr std::size_t round = 4;
  for (std::size_t i = 0; i < packages.size(); i += round) {
    auto last = std::min(i + round, packages.size());
    out += clock.stamp() + " startup archives unpack\n";
    for (auto j = i; j < last; ++j)
      unpack(out, clock, packages[j]);
    out += clock.stamp() + " startup packages configure\n";
    for (auto j = i; j < last; ++j)
      configure(out, clock, packages[j]);
    for (auto what : {"trigproc", "status half-configured", "status installed"})
      out += fmt::format("{} {} libgarnet6:amd64 6.4-4+b2\n", clock.stamp(),
                         what);
    clock.second += 40;
  }
}

} // namespace

std::string sample_log() {
  std::string result;
  for (auto day : {11, 25})
    upgrade(result, {day, 0});
  return result;
}

} // namespace cafka::demo
