#include "bench/peer.hpp"

#include "support/app_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace cafka::bench {

namespace {

using test::app_process;

/// The slowest run on a busy machine takes a minute.
constexpr std::chrono::seconds limit{240};

std::vector<std::string> words_of(const peer& who, const environment& what) {
  std::vector<std::string> result{"/usr/bin/env"};
  for (auto& [name, value] : what)
    result.push_back(name + "=" + value);
  result.insert(result.end(), who.command.begin(), who.command.end());
  return result;
}

[[noreturn]] void fail(const peer& who, const environment& what,
                       const std::string& how) {
  std::string text = who.name + " " + how + "\n";
  for (auto& word : words_of(who, what))
    text += word + " ";
  throw std::runtime_error(text);
}

figures numbers_of(const nlohmann::json& line) {
  figures result;
  for (auto& [name, value] : line.items())
    if (value.is_number())
      result[name] = value.get<double>();
  return result;
}

} // namespace

std::vector<peer> all_peers() {
  std::vector<peer> result{
    {"librdkafka, glibc", {BENCH_RAW}, "librdkafka, glibc"},
    {"cafka, glibc", {BENCH_CAFKA}, "librdkafka, glibc"}};
#ifdef BENCH_RAW_MIMALLOC
  result.push_back(
    {"librdkafka, mimalloc", {BENCH_RAW_MIMALLOC}, "librdkafka, mimalloc"});
  result.push_back(
    {"cafka, mimalloc", {BENCH_CAFKA_MIMALLOC}, "librdkafka, mimalloc"});
#endif
  return result;
}

peer peer_named(const std::string& name) {
  for (auto& x : all_peers())
    if (x.name == name)
      return x;
  throw std::runtime_error("no peer is named " + name);
}

peer other_peer(const std::string& text) {
  auto sign = text.find('=');
  if (sign == 0 || sign == std::string::npos || sign + 1 == text.size())
    throw std::runtime_error("a peer is NAME=COMMAND, not " + text);
  return {text.substr(0, sign), {text.substr(sign + 1)}, best_cafka().base};
}

peer best_cafka() {
  return all_peers().back();
}

peer_run run(const peer& who, const environment& what,
             const std::function<void(int)>& meanwhile) {
  test::app_input input;
  input.limit = limit;
  app_process process{words_of(who, what), input};
  if (meanwhile)
    meanwhile(process.id());
  auto code = process.wait();
  if (code != 0)
    fail(who, what, fmt::format("ended with {}: {}", code, process.err()));
  auto line = nlohmann::json::parse(process.out(), nullptr, false);
  if (!line.is_object())
    fail(who, what, "wrote no line of JSON: " + process.out());
  auto numbers = numbers_of(line);
  auto& used = process.used();
  auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec)
           + 1e-6 * static_cast<double>(x.tv_usec);
  };
  numbers["switches"] = static_cast<double>(used.ru_nvcsw + used.ru_nivcsw);
  numbers["cpu_s"] = seconds(used.ru_utime) + seconds(used.ru_stime);
  return {std::move(line), std::move(numbers)};
}

peer_figures run_in_turn(const std::vector<peer>& peers, int rounds,
                         const std::function<peer_run(const peer&)>& one_run) {
  peer_figures result;
  for (int i = 0; i < rounds; ++i)
    for (auto& who : peers)
      result[who.name].push_back(one_run(who).numbers);
  return result;
}

void run_for(const peer& who, const environment& what,
             const std::function<void(int)>& meanwhile) {
  test::app_input input;
  input.limit = limit;
  app_process process{words_of(who, what), input};
  meanwhile(process.id());
  process.send(SIGTERM);
  auto code = process.wait();
  if (code != 128 + SIGTERM)
    fail(who, what, fmt::format("ended with {}: {}", code, process.err()));
}

double median(std::vector<double> xs) {
  if (xs.empty())
    throw std::runtime_error("no figures");
  auto middle = xs.begin() + static_cast<std::ptrdiff_t>(xs.size() / 2);
  std::nth_element(xs.begin(), middle, xs.end());
  return *middle;
}

double median(const std::vector<figures>& rounds, const std::string& name) {
  std::vector<double> xs;
  for (auto& x : rounds)
    xs.push_back(x.at(name));
  return median(std::move(xs));
}

double median_ratio(const std::vector<figures>& rounds,
                    const std::vector<figures>& base, const std::string& name) {
  std::vector<double> xs;
  for (std::size_t i = 0; i < rounds.size(); ++i)
    xs.push_back(rounds[i].at(name) / base.at(i).at(name));
  return median(std::move(xs));
}

} // namespace cafka::bench
