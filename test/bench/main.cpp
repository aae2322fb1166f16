/// The benchmarks: see `script/bench`.

#include "bench/suite.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  using namespace cafka;
  bench::effort effort;
  std::vector<std::string> names;
  std::string cluster = "kafka-1";
  std::string json_path;
  CLI::App app{"Measures cafka beside librdkafka's plain loop"};
  app.add_option("names", names, "Which benchmarks; all if none is named")
    ->check(CLI::IsMember(bench::suite::names()));
  app.add_option("--rounds", effort.rounds, "Interleaved runs of each")
    ->check(CLI::Range(1, 100))
    ->capture_default_str();
  app
    .add_option_function<std::vector<std::string>>(
      "--peer",
      [&](const std::vector<std::string>& xs) {
        for (auto& x : xs)
          effort.others.push_back(bench::other_peer(x));
      },
      "NAME=COMMAND: another client for the throughput; it reads what `cafka "
      "bench-consumer --help` says")
    ->check([](const std::string& x) {
      return x.find('=') == std::string::npos ? "NAME=COMMAND" : "";
    });
  app.add_flag("--smoke", effort.smoke,
               "Few records, only to see that it runs");
  app
    .add_option("--cluster", cluster,
                "The folder of the cluster, below the build directory")
    ->capture_default_str();
  app.add_option("--json", json_path, "Also write the tables there");
  CLI11_PARSE(app, argc, argv);
  try {
    test::cluster kafka{cluster};
    bench::suite suite{kafka, effort};
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (auto& name : names.empty() ? bench::suite::names() : names) {
      auto table = suite.run(name);
      std::cout << to_string(table) << std::flush;
      all.push_back(to_json(table));
    }
    if (json_path.empty())
      return 0;
    std::ofstream out{json_path};
    out << all.dump(2) << std::endl;
    if (!out)
      throw std::runtime_error(json_path + " cannot be written");
    return 0;
  } catch (const std::exception& x) {
    std::cerr << "bench: " << x.what() << std::endl;
    return 1;
  }
}
