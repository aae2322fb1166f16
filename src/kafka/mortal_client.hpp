#pragma once

#include "kafka/client_events.hpp"

#include <chrono>
#include <functional>

namespace cafka::kafka {

/// A client of librdkafka, whose end may take as long as librdkafka likes: so
/// it ends on a thread of its own.
class mortal_client {
public:
  mortal_client() = default;
  mortal_client(const mortal_client&) = delete;
  mortal_client& operator=(const mortal_client&) = delete;
  /// As `end` without a farewell, if nothing else ended it.
  virtual ~mortal_client() = default;

  /// Detaches whoever is woken and whatever is read from: nothing more comes
  /// from here. The first step of every end. Bounded and quick.
  virtual void detach() = 0;

  /// Ends the client on a thread of its own, whatever librdkafka does; this
  /// object is of no use any more. Calls `done` there when the client is
  /// destroyed, if that ever comes. Quick. What must be over within `limit` is
  /// the farewell; then, or when the client is fatal, it is destroyed without.
  /// That may take `session.timeout.ms` where a commit is not answered, for
  /// which librdkafka awaits a coordinator that could take it. Gives what cuts
  /// the client's connections from any thread.
  virtual std::function<void()> end(farewell how,
                                    std::chrono::milliseconds limit,
                                    std::function<void(client_ended)> done)
    = 0;

  /// The time that a client may take to be destroyed, beyond its farewell,
  /// before nobody waits for it any more.
  static constexpr std::chrono::milliseconds end_grace{2'000};
};

} // namespace cafka::kafka
