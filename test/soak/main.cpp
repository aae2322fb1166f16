/// A soak: see soak.hpp. Exit code 0: nothing was broken; 1 otherwise.

#include "soak/soak.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <random>

int main(int argc, char** argv) {
  long minutes = 1;
  std::uint32_t seed = std::random_device{}();
  std::string name = "kafka-3";
  CLI::App app{"Members come, go and crash and brokers fail, for as long as "
               "told; nothing may break"};
  // A member runs for a week at most: see member.cpp.
  app.add_option("--minutes", minutes, "How long")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str();
  app.add_option("--seed", seed, "Of what chance chooses");
  app
    .add_option("--cluster", name,
                "The folder of the cluster, below the build directory")
    ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    cafka::test::cluster kafka{name};
    cafka::test::soak x{kafka, seed};
    std::string broken;
    try {
      x.run(std::chrono::minutes{minutes});
    } catch (const std::exception& e) {
      broken = e.what();
    }
    std::cout << x.summary() << (broken.empty() ? "" : "BROKEN: ") << broken
              << std::endl;
    return broken.empty() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "soak: " << e.what() << std::endl;
    return 1;
  }
}
