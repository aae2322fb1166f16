#include <cafka/main.hpp>

int main(int argc, char** argv) {
  return cafka::main(argc, argv);
}
