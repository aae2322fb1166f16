#include "kafka/consumer_impl.hpp"

#include "kafka/event.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>
#include <future>
#include <mutex>
#include <system_error>
#include <utility>

// How a client ends. librdkafka has several ways to hang or to abort here: so
// all of this runs on a thread that nobody waits for without a limit.

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long an abandon may wait for what keeps a client from being destroyed.
constexpr milliseconds abandon_max{1'000};

// What is left of the limit to the close when the group did not let the member
// go by then: it takes no answer from there.
constexpr milliseconds close_reserve{1'000};

// Where librdkafka waits for the session's end, it looks at it once a second.
constexpr milliseconds session_margin{3'000};

// As `rd_kafka_version()`: MM.mm.rr.xx.
constexpr int version_2_3_0 = 0x020300ff;

// What a client that is left behind goes on to call.
void keep_for_ever(std::shared_ptr<callbacks> x) {
  static std::mutex mutex;
  static auto* all = new std::vector<std::shared_ptr<callbacks>>;
  std::lock_guard guard{mutex};
  all->push_back(std::move(x));
}

client_ended end_and_wait(consumer& x, farewell how, milliseconds limit) {
  auto ended = std::make_shared<std::promise<client_ended>>();
  auto result = ended->get_future();
  auto cut = x.end(how, limit,
                   [ended](client_ended y) { ended->set_value(y); });
  if (result.wait_for(limit + client::end_grace) == std::future_status::ready)
    return result.get();
  cut();
  return {false, true, {}};
}

} // namespace

// -- by whom ------------------------------------------------------------------

consumer::~consumer() {
  if (impl_)
    end_and_wait(*this, farewell::none, abandon_max);
}

std::function<void()> consumer::end(farewell how, milliseconds limit,
                                    std::function<void(client_ended)> done) {
  auto deadline = clock::now() + limit;
  detach();
  auto all = std::move(impl_);
  std::weak_ptr<impl> weak = all;
  auto& thread = all->errands;
  thread.finish(
    [all = std::move(all), how, deadline, done = std::move(done)]() mutable {
      auto result = all->take_leave(deadline, how);
      // Without connections it may wait for what it asked the brokers.
      auto asks = all->questions.stop();
      if (asks) {
        all->cut_off();
        done(result);
      }
      all->finish();
      all.reset();
      if (!asks)
        done(result);
    });
  return [weak] {
    if (auto alive = weak.lock())
      alive->cut_off();
  };
}

client_ended consumer::close(std::unique_ptr<consumer> x, milliseconds limit) {
  return end_and_wait(*x, farewell::leave, limit);
}

client_ended consumer::abandon(std::unique_ptr<consumer> x) {
  return end_and_wait(*x, farewell::none, abandon_max);
}

// -- how ----------------------------------------------------------------------

// Without its thread nothing has begun that could keep it from being destroyed.
error consumer::impl::begin_thread() {
  try {
    errands.begin();
    return {};
  } catch (const std::system_error& x) {
    detach();
    take_leave(clock::now(), farewell::none);
    finish();
    return no_thread(x.what());
  }
}

void consumer::impl::detach() {
  if (std::exchange(detached, true))
    return;
  on_event.set({});
  hooks->log.close();
  for (auto* queue : {events.get(), answers.get()})
    closable_callback::disable(queue);
  close_sources();
}

void consumer::impl::close_sources() {
  for (auto& [tp, source] : sources)
    retire(tp, *source);
  sources.clear();
  held.clear();
}

void consumer::impl::cut_off() {
  cut = true;
  hooks->sockets.cut();
}

// Nobody reads the answers any more: only that there are none left counts.
void consumer::impl::await_commits(time_point deadline) {
  while (!cut && commits_on_their_way > 0 && clock::now() < deadline) {
    event_ptr event{rd_kafka_queue_poll(answers.get(), end_step.count())};
    if (event
        && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_OFFSET_COMMIT)
      --commits_on_their_way;
  }
}

client_ended consumer::impl::take_leave(time_point deadline, farewell how) {
  auto was_member = !member_id().empty();
  if (how == farewell::none) {
    await_commits(deadline);
    if (commits_on_their_way > 0)
      cut_off();
  }
  half_joined = !finish_joining(deadline);
  if (half_joined)
    rd_kafka_unsubscribe(client);
  else
    closed = take_leave_of_group(deadline, how);
  auto is_static = props.contains("group.instance.id");
  return {true, was_member && !is_static && !hooks->log.was_let_go(), session};
}

// True once there is no group handler any more.
bool consumer::impl::take_leave_of_group(time_point deadline, farewell how) {
  if (fatal_error(client))
    return false;
  if (how == farewell::leave && leave(deadline))
    return true;
  auto would_spin = close_begun || commits_on_their_way > 0;
  return would_spin && !fatal_error(client) && close_in_silence();
}

// Before 2.3 librdkafka aborts the process when a client is destroyed between
// its first answer to JoinGroup and its first assignment with a sticky assignor
// (#4381). False: it still stands there.
bool consumer::impl::finish_joining(time_point deadline) {
  if (rd_kafka_version() >= version_2_3_0)
    return true;
  if (!was_assigned && !is_half_joined())
    rd_kafka_unsubscribe(client); // takes no answer to JoinGroup from now on
  while (is_half_joined())
    if (fatal_error(client) || !wait_for_event(deadline))
      return false;
  return true;
}

bool consumer::impl::is_half_joined() {
  note_protocol();
  return cooperative && !was_assigned;
}

// True once the group handler has ended. It sends no LeaveGroup for a
// cooperative member without partitions: such a one unsubscribes first. An
// eager member would join again with its answer, and LeaveGroup wait behind
// that; but its close waits for no answer to what came before.
bool consumer::impl::leave(time_point deadline) {
  note_protocol();
  if (cooperative) {
    unsubscribe(deadline - close_reserve);
    return close_group(deadline);
  }
  while (event_ptr event{rd_kafka_queue_poll(events.get(), 0)}) {
    // nop
  }
  return close_group(deadline);
}

// What came before the close is answered before it, or never: an answer that
// comes later may find no group handler any more, and waits for ever then. A
// static member must not leave, but would.
void consumer::impl::unsubscribe(time_point deadline) {
  auto may_leave = classic && !props.contains("group.instance.id")
                   && rd_kafka_unsubscribe(client) == 0;
  answer_what_waits();
  while (may_leave && !member_id().empty() && !fatal_error(client)
         && wait_for_event(deadline)) {
    // nop
  }
}

bool consumer::impl::begin_close() {
  if (!close_begun)
    close_begun
      = !take_error(rd_kafka_consumer_close_queue(client, events.get()));
  return close_begun;
}

bool consumer::impl::close_group(time_point deadline) {
  if (!begin_close())
    return false;
  while (rd_kafka_consumer_closed(client) == 0)
    if (!wait_for_event(deadline) || fatal_error(client))
      return false;
  return true;
}

// librdkafka keeps a commit for as long as the session may last, and LeaveGroup
// for some seconds. Destroyed meanwhile, its main thread spins: it runs no
// timer any more, and does not wait for the next one.
bool consumer::impl::close_in_silence() {
  cut_off();
  if (!close_begun)
    answer_what_waits();
  return close_group(clock::now() + session + session_margin);
}

// -- the last of it -----------------------------------------------------------

// A leaked client that is out of its group harms less than an aborted process,
// or than one whose thread spins.
void consumer::impl::finish() {
  questions.end();
  if (half_joined || (close_begun && !closed && !fatal_error(client)))
    give_up();
  else
    destroy();
  client = nullptr;
}

void consumer::impl::destroy() {
  if (!closed && rd_kafka_consumer_closed(client) == 0) {
    note_protocol();
    acknowledge_assign();
  }
  drop_queues();
  // Without the flag librdkafka would close, which blocks without limit, and
  // for ever on a fatal error.
  rd_kafka_destroy_flags(client,
                         closed ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void consumer::impl::give_up() {
  cut_off();
  drop_queues();
  keep_for_ever(hooks); // it still calls them
}

// Their handles belong to the client, so they go first.
void consumer::impl::drop_queues() {
  close_sources();
  for (auto& [tp, queue] : retired)
    purge(queue.get());
  retired.clear();
  events.reset();
  answers.reset();
}

} // namespace cafka::kafka
