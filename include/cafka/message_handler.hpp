#pragma once

#include <cafka/message_batch.hpp>
#include <cafka/output.hpp>
#include <cafka/record_error.hpp>

#include <caf/settings.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cafka {

/// The answer of a handler call: which records of its batch are processed.
class handler_answer {
public:
  /// One for each of the functions that make an answer.
  enum class kind {
    ack,              ///< `ack`
    ack_through,      ///< `ack_through`
    ack_through_keep, ///< `ack_through_keep`
    no_ack,           ///< `no_ack`
    continued,        ///< `continue_without_ack`
    failed,           ///< `failed`
    failed_at,        ///< `failed_at`
    reject,           ///< `reject`
  };

  /// Every record up to the batch's last is processed.
  static handler_answer ack() {
    return handler_answer{kind::ack};
  }
  /// Every record up to `offset` is processed. The rest of the batch comes
  /// again, before anything newer; it keeps its place in the window, and a
  /// drain does not wait for it. `offset` must be one that the batch holds, or
  /// its first one minus 1: then nothing is acked, and a second such answer in
  /// a row waits for `restart-backoff-min`. Any other offset fails the worker.
  static handler_answer ack_through(offset_t offset) {
    return handler_answer{kind::ack_through, offset};
  }
  /// Every record up to `offset`, one that the batch holds, is processed. The
  /// rest of the batch is kept for explicit acks, as with `no_ack`.
  static handler_answer ack_through_keep(offset_t offset) {
    return handler_answer{kind::ack_through_keep, offset};
  }
  /// Nothing is acked; the records keep their place in the window until an
  /// explicit ack names them.
  static handler_answer no_ack() {
    return handler_answer{kind::no_ack};
  }
  /// The records leave the window without an ack; the watermark stays. A
  /// restart begins again at the last acked offset.
  static handler_answer continue_without_ack() {
    return handler_answer{kind::continued};
  }
  /// The worker fails with this cause and is restarted, like after a throw.
  /// `error_class` says what kind of failure it is, in the headers of a dead
  /// letter.
  static handler_answer failed(std::string cause,
                               std::string error_class = "failed") {
    handler_answer result{kind::failed, -1, std::move(cause)};
    result.error_class_ = std::move(error_class);
    return result;
  }
  /// The record at `offset`, one that the batch holds, failed with this cause.
  /// The records of the batch below it are processed and acked, only those. The
  /// worker fails, and its successor begins with what is not acked. Any other
  /// offset fails the worker without an ack. `error_class` as of `failed`.
  static handler_answer failed_at(offset_t offset, std::string cause,
                                  std::string error_class = "failed") {
    handler_answer result{kind::failed_at, offset, std::move(cause)};
    result.error_class_ = std::move(error_class);
    return result;
  }
  /// The record at `offset` failed with this cause, and to try again is no use:
  /// it goes the way of `on-failure.then` at once. The worker goes on with the
  /// rest of the batch. Where there is no way, as `failed_at`. The records
  /// below are acked without outputs: a handler that makes some answers with
  /// them by `ack_through` first, and rejects when the rest comes again.
  static handler_answer reject(offset_t offset, std::string cause) {
    handler_answer result{kind::reject, offset, std::move(cause)};
    result.error_class_ = "rejected";
    return result;
  }
  /// Only of `ack` and `ack_through`. The answer counts when all of `outputs`
  /// are written. The next call may begin before. Where one cannot be written
  /// the batch has failed, and all from the watermark, the commit position, on
  /// comes again, so that others may be written twice. See `outputs-max-bytes`.
  handler_answer after(std::vector<output> outputs) const {
    auto result = *this;
    result.outputs_ = std::move(outputs);
    return result;
  }

  /// The function that made it.
  kind what() const noexcept {
    return kind_;
  }
  /// Only for `ack_through`, `ack_through_keep`, `failed_at` and `reject`.
  offset_t offset() const noexcept {
    return offset_;
  }
  /// Only for `failed`, `failed_at` and `reject`.
  const std::string& cause() const noexcept {
    return cause_;
  }
  /// Only for `failed`, `failed_at` and `reject`.
  const std::string& error_class() const noexcept {
    return error_class_;
  }
  /// The records that `after` was given.
  const std::vector<output>& outputs() const& noexcept {
    return outputs_;
  }
  /// Takes them out.
  std::vector<output> outputs() && noexcept {
    return std::move(outputs_);
  }

private:
  explicit handler_answer(kind k, offset_t offset = -1, std::string cause = {})
    : kind_(k), offset_(offset), cause_(std::move(cause)) {
  }

  kind kind_;
  offset_t offset_;
  std::string cause_;
  std::string error_class_;
  std::vector<output> outputs_;
};

/// Why a handler is closed.
enum class close_reason {
  revoked, ///< the partition is given back in an orderly way
  lost,    ///< the partition belongs to another member already
  reset,   ///< the position was out of range; a new generation begins
  failed,  ///< the worker failed or was killed; a successor may follow
  stopped, ///< the group stops
};

/// The name, as it stands in the enumeration.
std::string to_string(close_reason x);

/// The end of a worker by its own handler, between the calls.
struct worker_end {
  /// Why its work failed: records that were answered with `no_ack` are lost to
  /// it, say. As by `handler_answer::failed`, with nobody to blame. Empty:
  /// nothing has failed, and the worker begins again at once.
  std::string cause;
  std::string error_class = "failed"; ///< as of `handler_answer::failed`
  /// Where a call runs, its answer counts first. Else it does not count.
  bool after_call = false;
};

/// A handler is built from this.
struct handler_context {
  partition_identity identity; ///< the partition whose records it gets
  caf::settings init_args;     ///< the setting `handler-init-args`
  /// Ends the handler's worker, so that all that it did not ack comes again to
  /// its successor. For what happens between calls; where one runs,
  /// `worker_end::after_call` says whether its answer counts. Any thread, also
  /// when the worker has ended: then it does nothing, and while the partition
  /// is given back. May be kept.
  std::function<void(worker_end)> end_worker = {};
};

/// User code for one partition: built once per worker incarnation, then called
/// with batches, then closed. Constructor, calls, `on_close` and destructor
/// never overlap for one partition, across restarts too, but may run on
/// different threads. An exception fails the worker and nothing else;
/// `record_error` and `record_rejected` name the record that failed. It may
/// block: see `handler-threads`.
class message_handler {
public:
  /// Comes after `on_close`.
  virtual ~message_handler() = default;

  /// Called with one batch at a time.
  virtual handler_answer handle(const message_batch& batch) = 0;

  /// Called once before destruction; acks sent from here still count when the
  /// reason is `revoked` or `stopped`. An exception is told by the event
  /// `handler_not_closed`.
  virtual void on_close(close_reason) {
  }
};

/// Builds the handler of one worker incarnation. Called on a handler thread,
/// for several partitions at the same time.
using handler_factory
  = std::function<std::unique_ptr<message_handler>(const handler_context&)>;

namespace detail {

using batch_function = std::function<handler_answer(const message_batch&)>;
using record_function = std::function<void(const record&)>;

handler_factory make_batch_handler(batch_function f);
handler_factory make_record_handler(record_function f);

} // namespace detail

/// A factory for handlers that are one function. All partitions share it, so it
/// is called on several threads at the same time. It takes one of:
/// - `const message_batch&`, and returns a `handler_answer`, or nothing, which
///   acks the batch.
/// - `const record&`, and returns nothing. It is called with the records of a
///   batch in order, and each that it returned from is acked when the call
///   ends. If it throws, the worker fails at that record, as by
///   `handler_answer::failed_at`; if it throws `record_rejected`, that record
///   is rejected, as by `handler_answer::reject`. When the partition is about
///   to be given back, the records behind the running one are left to who reads
///   them next.
template <class F>
requires(!std::derived_from<F, message_handler>) handler_factory
  make_handler(F f) {
  static_assert(std::is_copy_constructible_v<F>,
                "make_handler: the function must be copyable; keep what is not "
                "in a std::shared_ptr");
  if constexpr (std::is_invocable_r_v<handler_answer, F&,
                                      const message_batch&>) {
    return detail::make_batch_handler(std::move(f));
  } else if constexpr (std::is_invocable_v<F&, const message_batch&>) {
    using result = std::invoke_result_t<F&, const message_batch&>;
    static_assert(std::is_void_v<result>,
                  "make_handler: a function of a const cafka::message_batch& "
                  "must return cafka::handler_answer or void");
    return detail::make_batch_handler([f](const message_batch& x) mutable {
      f(x);
      return handler_answer::ack();
    });
  } else if constexpr (std::is_invocable_v<F&, const record&>) {
    using result = std::invoke_result_t<F&, const record&>;
    static_assert(std::is_void_v<result>,
                  "make_handler: a function of a const cafka::record& must "
                  "return void; throw where the record cannot be processed");
    return detail::make_record_handler(std::move(f));
  } else {
    static_assert(std::is_void_v<F>,
                  "make_handler: the function must take a const "
                  "cafka::message_batch& or a const cafka::record&");
    return {};
  }
}

/// A factory for handlers of a class, built as `Handler(context, xs…)`; `xs`
/// are copied for each, so share by pointer or `std::ref`.
template <class Handler, class... Ts>
requires std::derived_from<Handler, message_handler>
  handler_factory make_handler(Ts... xs) {
  static_assert(
    std::is_constructible_v<Handler, const handler_context&, const Ts&...>,
    "make_handler<Handler>(xs...): Handler must have a constructor that takes "
    "a const cafka::handler_context& and xs...");
  return [xs...](const handler_context& context) {
    return std::make_unique<Handler>(context, xs...);
  };
}

} // namespace cafka
