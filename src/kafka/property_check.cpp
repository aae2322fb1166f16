#include "kafka/property_check.hpp"

#include "kafka/configuration.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <sstream>

namespace cafka::kafka {

namespace {

/// librdkafka's own table of its properties, in markdown.
std::string table_of_properties() {
  char* text = nullptr;
  std::size_t size = 0;
  auto* to = open_memstream(&text, &size);
  rd_kafka_conf_properties_show(to);
  std::fclose(to);
  std::unique_ptr<char, decltype(&std::free)> owner{text, std::free};
  return {text, size};
}

/// Those with a C in the second column: `name | C | range | …`.
std::set<std::string> consumer_properties() {
  std::set<std::string> result;
  std::istringstream in{table_of_properties()};
  for (std::string line; std::getline(in, line);) {
    std::istringstream columns{line};
    std::string name;
    std::string bar;
    std::string who;
    if (columns >> name >> bar >> who && bar == "|" && who == "C")
      result.insert(name);
  }
  return result;
}

} // namespace

error check_properties(const properties& props) {
  auto conf = consumer_configuration(props);
  return conf ? error{} : conf.failure();
}

bool is_secret_property(const std::string& name) {
  return is_secret(name);
}

properties without_consumer_properties(properties xs) {
  static const auto of_consumers = consumer_properties();
  std::erase_if(xs, [](auto& x) { return of_consumers.count(x.first) > 0; });
  return xs;
}

} // namespace cafka::kafka
