/// A handler in C++ that acks every batch: `exec_echo [OFFSET]` does not live
/// through the record at OFFSET.

#include <csignal>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  auto last = "\"offset\":" + std::string{argc > 1 ? argv[1] : "none"} + ",";
  for (std::string line; std::getline(std::cin, line);) {
    if (line.find(last) != std::string::npos)
      std::raise(SIGSEGV);
    if (line.starts_with(R"({"topic")"))
      std::cout << R"({"ack":true})" << std::endl;
  }
}
