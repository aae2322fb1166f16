#include "broker_support/resident.hpp"

#include <fstream>
#include <string>

namespace cafka::test {

long resident_kib(pid_t process) {
  std::ifstream in{"/proc/" + std::to_string(process) + "/status"};
  for (std::string word; in >> word;)
    if (word == "VmRSS:") {
      long result = 0;
      in >> result;
      return result;
    }
  return 0;
}

} // namespace cafka::test
