#include "app/note_queue.hpp"

#include "support/catch.hpp"

using cafka::app::note_queue;

TEST_CASE("notes come in order, and what a full queue drops is counted") {
  note_queue notes;
  CHECK_FALSE(notes.next());
  for (std::size_t i = 0; i < note_queue::lines_max + 3; ++i)
    notes.add(std::to_string(i));
  CHECK(notes.next() == "0");
  notes.add("late"); // would hide that there is a gap before it
  for (std::size_t i = 1; i < note_queue::lines_max; ++i)
    CHECK(notes.next() == std::to_string(i));
  CHECK(notes.next() == "4 lines were dropped: nobody took them in time");
  CHECK_FALSE(notes.next());
  notes.add("again");
  CHECK(notes.next() == "again");
}
