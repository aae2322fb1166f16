#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace cafka::test {

/// What becomes of an answer to Fetch (Kafka protocol, API key 1).
struct fetch_fault {
  enum class kind {
    code,    ///< an error of its partitions instead of records
    empty,   ///< no records, and no error
    cut_off, ///< the first half of the bytes of its records
    hang_up, ///< half of the answer, then the connection ends
  };
  kind what = kind::code;
  std::int16_t code = 0; ///< of the Kafka protocol
};

/// Stands between clients and the only broker of a cluster, and spoils answers
/// to Fetch that hold records. A client that begins here stays here: what the
/// broker says of its address, and of the newest Fetch, is replaced.
class fetch_proxy {
public:
  /// `broker`: host:port, as the broker names itself to clients.
  explicit fetch_proxy(const std::string& broker);
  ~fetch_proxy();
  fetch_proxy(const fetch_proxy&) = delete;
  fetch_proxy& operator=(const fetch_proxy&) = delete;

  const std::string& endpoint() const noexcept {
    return endpoint_;
  }
  /// From now on every `n`-th answer with records is spoiled, in these ways in
  /// turn.
  void spoil_every(int n, std::vector<fetch_fault> how);
  /// Until so many were spoiled since the last `spoil_every` and another one
  /// with records has gone through behind them. False: not in half a minute.
  bool await_spoiled(int n);

private:
  struct pair;
  struct request {
    std::int16_t key = 0;
    std::int16_t version = 0;
  };

  void run();
  void accept();
  bool pass(pair& x, bool from_client);
  bool pass_requests(pair& x);
  bool pass_answers(pair& x);
  void rewrite(std::string& answer, const request& of);
  /// True: the connection ends with it.
  bool spoil(std::string& answer, std::int16_t version);

  std::string host_;
  std::uint16_t broker_port_ = 0;
  std::uint16_t port_ = 0;
  std::string endpoint_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::list<pair> pairs_; // the thread's alone

  std::mutex mutex_; // guards what follows
  std::condition_variable changed_;
  int every_ = 0;
  std::vector<fetch_fault> how_;
  int seen_ = 0;
  int spoiled_ = 0;
  int passed_behind_ = 0; // since the last one that was spoiled
  std::thread thread_;
};

} // namespace cafka::test
