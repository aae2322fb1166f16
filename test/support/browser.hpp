#pragma once

#include "support/scratch_directory.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cafka::test {

/// One page in a Chromium without a window, driven by its DevTools protocol
/// over two pipes.
class browser {
public:
  explicit browser(const std::string& program) {
    int to[2];
    int from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipes");
    pid_ = fork();
    if (pid_ == 0)
      become(program, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    to_ = to[1];
    from_ = from[0];
    auto target = call("Target.createTarget", {{"url", "about:blank"}});
    session_ = call("Target.attachToTarget",
                    {{"targetId", target["targetId"]}, {"flatten", true}})
                 .at("sessionId");
  }
  ~browser() {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(to_);
    close(from_);
  }
  browser(const browser&) = delete;
  browser& operator=(const browser&) = delete;

  void size(int width, int height, bool dark) {
    call("Emulation.setDeviceMetricsOverride", {{"width", width},
                                                {"height", height},
                                                {"deviceScaleFactor", 1},
                                                {"mobile", width < 600}});
    call("Emulation.setEmulatedMedia",
         {{"features",
           {{{"name", "prefers-color-scheme"},
             {"value", dark ? "dark" : "light"}}}}});
  }
  void open(const std::string& url) {
    call("Page.navigate", {{"url", url}});
  }
  /// What the expression gives, which may be a promise.
  nlohmann::json evaluate(const std::string& expression) {
    auto x = call("Runtime.evaluate", {{"expression", expression},
                                       {"awaitPromise", true},
                                       {"returnByValue", true}});
    if (x.contains("exceptionDetails"))
      return nullptr; // also where the page was left meanwhile
    return x["result"].value("value", nlohmann::json{});
  }
  /// Evaluates again and again until it is true; false: it never was.
  bool await(const std::string& condition) {
    auto until = std::chrono::steady_clock::now() + limit;
    auto text = "new Promise(done => { const look = () => { let x = false; "
                "try { x = ("
                + condition
                + "); } catch (e) {} if (x) done(true); else setTimeout(look, "
                  "20); }; look(); setTimeout(() => done(false), 2000); })";
    while (std::chrono::steady_clock::now() < until)
      if (evaluate(text) == true)
        return true;
    return false;
  }
  std::string text() {
    auto x = evaluate("document.body.innerText");
    return x.is_string() ? x.get<std::string>() : std::string{};
  }
  /// A picture of what is seen, as PNG in base64.
  std::string picture() {
    return call("Page.captureScreenshot", {{"format", "png"}}).at("data");
  }

private:
  static constexpr std::chrono::seconds limit{40};

  [[noreturn]] void become(const std::string& program, int in, int out) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The protocol's own numbers, 3 and 4; either may be one of the ends now.
    auto in_2 = fcntl(in, F_DUPFD, 10);
    auto out_2 = fcntl(out, F_DUPFD, 10);
    dup2(in_2, 3);
    dup2(out_2, 4);
    auto nothing = ::open("/dev/null", O_RDWR);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    auto profile = "--user-data-dir=" + files_.path("profile");
    execl(program.c_str(), program.c_str(), "--headless", "--no-sandbox",
          "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
          "--disable-background-networking", "--hide-scrollbars",
          "--remote-debugging-pipe", profile.c_str(), nullptr);
    _exit(127);
  }

  nlohmann::json call(const std::string& method, nlohmann::json parameters) {
    nlohmann::json asked{{"id", ++last_id_},
                         {"method", method},
                         {"params", std::move(parameters)}};
    if (!session_.empty())
      asked["sessionId"] = session_;
    auto text = asked.dump();
    if (write(to_, text.c_str(), text.size() + 1) < 0)
      throw std::runtime_error("the browser has gone");
    for (;;) {
      auto said = nlohmann::json::parse(next_message());
      if (said.value("id", 0) != last_id_)
        continue; // an event
      if (said.contains("error"))
        throw std::runtime_error(method + ": " + said["error"].dump());
      return said["result"];
    }
  }
  std::string next_message() {
    for (;;) {
      if (auto end = got_.find('\0'); end != got_.npos) {
        auto result = got_.substr(0, end);
        got_.erase(0, end + 1);
        return result;
      }
      pollfd asked{from_, POLLIN, 0};
      char buffer[65'536];
      auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
      if (poll(&asked, 1, static_cast<int>(wait.count())) <= 0)
        throw std::runtime_error("the browser says nothing");
      auto n = read(from_, buffer, sizeof buffer);
      if (n <= 0)
        throw std::runtime_error("the browser has gone");
      got_.append(buffer, static_cast<std::size_t>(n));
    }
  }

  scratch_directory files_;
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  int last_id_ = 0;
  std::string session_;
  std::string got_;
};

} // namespace cafka::test
