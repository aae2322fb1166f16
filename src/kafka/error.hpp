#pragma once

#include <cafka/errc.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

struct rd_kafka_error_s; // librdkafka's rd_kafka_error_t

namespace cafka::kafka {

/// An error of the Kafka client in our words; `code == errc::none` is success.
struct error {
  errc code = errc::none;
  std::string text;       ///< librdkafka's name and words, and a hint
  bool fatal = false;     ///< the client's handle is unusable from now on
  bool retriable = false; ///< the same request may succeed later
  bool too_large = false; ///< a record, its batch or the metadata of a commit
                          ///< is larger than is taken
  explicit operator bool() const noexcept {
    return code != errc::none;
  }
};

/// The error for `code`, a value of librdkafka's `rd_kafka_resp_err_t`; 0 is
/// success. The text is the code's name and `words`, or librdkafka's own words
/// where there are none, and which setting mends it, where one does. Whether a
/// failed connection was refused or may come about later is in the words alone:
/// without any it may (see security_error).
error error_of_code(int code, std::string_view words = {});

/// The system gives no other thread, which `why` tells in its words: it limits
/// how many a user or a container may have. Retriable.
error no_thread(std::string_view why);

/// The error for what librdkafka's call returned; null is success. Destroys
/// `x`.
error take_error(rd_kafka_error_s* x);

/// A value or an error.
template <class T>
class result {
public:
  result(T x) : content_(std::move(x)) {
  }
  result(error x) : content_(std::move(x)) {
  }
  explicit operator bool() const noexcept {
    return content_.index() == 0;
  }
  T& operator*() {
    return std::get<0>(content_);
  }
  T* operator->() {
    return &std::get<0>(content_);
  }
  const error& failure() const {
    return std::get<1>(content_);
  }

private:
  std::variant<T, error> content_;
};

} // namespace cafka::kafka
