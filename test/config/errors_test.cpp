// What is said of a configuration that is wrong, word by word.

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"

#include <cafka/config_file.hpp>

#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <sstream>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

texts errors_of(const std::string& text) {
  std::istringstream in{text};
  auto content = caf::actor_system_config::parse_config(in);
  REQUIRE(content);
  texts result;
  for (auto& x : read_config(*content).errors)
    result.push_back(to_string(x));
  return result;
}

constexpr auto required = R"(
  name = "orders"
  endpoints = ["b1:9092"]
  group = "readers"
  topics = ["a"]
  handler = "print"
)";

/// Of a group that is right but for `more`, whose keys replace the former.
texts errors_with(const std::string& more) {
  return errors_of("cafka {" + std::string{required} + more + "\n}\n");
}

/// Of the struct that is right but for `change`.
texts struct_errors_with(const std::function<void(group_config&)>& change) {
  group_config x;
  x.name = "orders";
  x.endpoints = {"b1:9092"};
  x.group = "readers";
  x.topics = {"a"};
  change(x);
  texts result;
  for (auto& e : validate(x))
    result.push_back(to_string(e));
  return result;
}

constexpr auto host_port
  = "host:port with a port from 1 to 65535, IPv6 in brackets";
constexpr auto topic_rule = "the name of a topic: 1 to 249 of a-z, A-Z, 0-9, "
                            "'.', '_' and '-', not \".\" or \"..\"";
constexpr auto a_time = "a time such as 100ms, 5s or 10min, in whole ms from 0";

} // namespace

TEST_CASE("required keys that are missing are named, each once") {
  CHECK(errors_of("cafka {\n}\n")
        == texts{"cafka.handler = \"\": the name of a handler",
                 "cafka.name = \"\": a text that is not empty",
                 "cafka.group = \"\": a text that is not empty",
                 "cafka.endpoints = []: at least one host:port, or embedded",
                 "cafka.topics = []: at least one topic"});
  CHECK(errors_of("other {\n}\n")
        == texts{"cafka = (missing): cafka { … } with a group"});
  CHECK(errors_with("group = \"\"")
        == texts{"cafka.group = \"\": a text that is not empty"});
  CHECK(errors_with("endpoints = []\n embedded = true").empty());
}

TEST_CASE("an unknown key inside of a group names the nearest") {
  auto group = std::string{required};
  CHECK(errors_of("cafka {\n groups {\n orders {\n" + group
                  + " prefetch-cuont = 5\n"
                    " quux-mode = \"fast\"\n }\n }\n}\n")
        == texts{"cafka.groups.orders.prefetch-cuont = 5: no such key, but "
                 "prefetch-count is",
                 "cafka.groups.orders.quux-mode = (hidden): no such key"});
}

TEST_CASE("a value of a wrong type is one error with what is allowed") {
  CHECK(errors_with("batch-size = 1.5\n"
                    "commit-count = -1\n"
                    "commit-interval = 5\n"
                    "drain-timeout = 1us\n"
                    "embedded = \"yes\"\n"
                    "group = 7\n"
                    "handler = 3\n"
                    "kafka = \"fast\"\n"
                    "on-exhausted = \"give-up\"\n"
                    "restart-window = -5s\n"
                    "topics = \"a\"")
        == texts{"cafka.batch-size = 1.5: a whole number from 0",
                 "cafka.commit-count = -1: a whole number from 0",
                 std::string{"cafka.commit-interval = 5: "} + a_time,
                 std::string{"cafka.drain-timeout = 1us: "} + a_time,
                 "cafka.embedded = \"yes\": true or false",
                 "cafka.group = 7: a text in quotes",
                 "cafka.handler = 3: a text in quotes",
                 "cafka.kafka = (hidden): a dictionary { … }",
                 "cafka.on-exhausted = \"give-up\": \"stop-partition\" or "
                 "\"stop-group\"",
                 std::string{"cafka.restart-window = -5s: "} + a_time,
                 "cafka.topics = \"a\": a list of texts in quotes"});
  CHECK(
    errors_with("begin-offset = \"sometime\"")
    == texts{"cafka.begin-offset = \"sometime\": \"earliest\", \"latest\" or "
             "an offset from 0"});
}

TEST_CASE("a value out of its range names the range") {
  CHECK(errors_with("min-bytes = 5000000000\n"
                    "max-bytes = 5000000000\n"
                    "max-wait-time = 1h\n"
                    "sleep-timeout = 1h\n"
                    "prefetch-count = 0\n"
                    "commit-interval = 0s\n"
                    "handler-threads = 1000000\n"
                    "handler-timeout = 100000h")
        == texts{
          "cafka.min-bytes = 5000000000: from 0 to 100000000",
          "cafka.max-bytes = 5000000000: from 1 to 1000000000",
          "cafka.max-wait-time = 3600000ms: from 0ms to 300000ms",
          "cafka.sleep-timeout = 3600000ms: from 0ms to 300000ms",
          "cafka.prefetch-count = 0: from 1 to 1000000000",
          "cafka.commit-interval = 0ms: from 1ms to 31536000000ms",
          "cafka.handler-threads = 1000000: from 0 to 10000",
          "cafka.handler-timeout = 360000000000ms: from 0ms to 31536000000ms"});
  CHECK(struct_errors_with([](group_config& x) {
          x.restart_window = -1ms;
          x.drain_timeout = group_config::milliseconds::max();
          x.begin_offset = offset_t{-5};
        })
        == texts{"begin-offset = -5: earliest, latest or an offset from 0",
                 "drain-timeout = 9223372036854775807ms: from 0ms to "
                 "31536000000ms",
                 "restart-window = -1ms: from 1ms to 31536000000ms"});
}

TEST_CASE("a number that is too large for any key is a syntax error") {
  std::istringstream in{"cafka {\n batch-size = 99999999999999999999\n}\n"};
  CHECK_FALSE(caf::actor_system_config::parse_config(in));
}

TEST_CASE("endpoints of a wrong form are named one by one") {
  texts wrong{"host",         "host:0",     "host:70000", ":9092",
              "ho st:9092",   " host:9092", "host:9092 ", "a:1,b:2",
              "ssl://b:9092", "::1:9092",   "[]:9092",    "[::1 ]:9092",
              "host:+1",      "host:"};
  texts expected;
  for (auto& x : wrong)
    expected.push_back("endpoints = \"" + x + "\": " + host_port);
  CHECK(struct_errors_with([&](group_config& x) { x.endpoints = wrong; })
        == expected);
  CHECK(struct_errors_with([](group_config& x) {
          x.endpoints = {"[::1]:9092", "b-1.example.org:1", "10.0.0.1:65535"};
        }).empty());
}

TEST_CASE("topics of a wrong form are named one by one") {
  texts wrong{"", "a b", "ä", ".", "..", "a/b", std::string(250, 'a')};
  texts expected;
  for (auto& x : wrong)
    expected.push_back("topics = \"" + x + "\": " + topic_rule);
  CHECK(struct_errors_with([&](group_config& x) { x.topics = wrong; })
        == expected);
  CHECK(errors_with("topics = [\"a\", \"^a.*\", \"a\"]")
        == texts{"cafka.topics = \"^a.*\": the name of a topic: patterns are "
                 "not supported",
                 "cafka.topics = \"a\": each topic once"});
  CHECK(struct_errors_with([](group_config& x) {
          x.topics = {std::string(249, 'a'), "A.b_c-9", "..."};
        }).empty());
}

TEST_CASE("the kafka dictionary is checked property by property") {
  CHECK(errors_with("kafka {\n"
                    " enable-auto-commit = true\n"
                    " fetch-error-backoff-ms = \"5s\"\n"
                    " group { id = \"other\" }\n"
                    " heartbeat-interval-ms = 4294967297\n"
                    " sesion-timeout-ms = 6000\n"
                    " session-timeout-ms = \"soon\"\n"
                    " socket-timeout-ms = 1\n"
                    "}")
        == texts{"cafka.kafka.enable-auto-commit = true: not set here: only "
                 "what is acked is committed",
                 "cafka.kafka.fetch-error-backoff-ms = 5s: a number, which "
                 "librdkafka would read as 5",
                 "cafka.kafka.group-id = other: not set here: see group",
                 "cafka.kafka.heartbeat-interval-ms = 4294967297: a number, "
                 "which librdkafka would read as 1",
                 "cafka.kafka.sesion-timeout-ms = (hidden): No such "
                 "configuration property: \"sesion.timeout.ms\"",
                 "cafka.kafka.session-timeout-ms = soon: Invalid value for "
                 "configuration property \"session.timeout.ms\"",
                 "cafka.kafka.socket-timeout-ms = 1: Configuration property "
                 "\"socket.timeout.ms\" value 1 is outside allowed range "
                 "10..300000"});
  CHECK(errors_with("kafka {\n debug = \"cgrp,topic\"\n log_level = 6\n"
                    " enable-ssl-certificate-verification = false\n}")
          .empty());
}

TEST_CASE("restarts that can never be used up are refused") {
  CHECK(errors_with("restart-max = 10\nrestart-window = 10s")
        == texts{"cafka.restart-window = 10000ms: more than 40600ms: 10 "
                 "restarts take that long with these backoffs, so that "
                 "restart-max would never be reached"});
  CHECK(errors_with("restart-max = 10\nrestart-window = 40600ms").size() == 1);
  CHECK(errors_with("restart-max = 10\nrestart-window = 40601ms").empty());
  CHECK(errors_with("restart-window = 1ms").empty()); // unlimited
  CHECK(errors_with("restart-max = \"unlimited\"").empty());
  CHECK(
    errors_with("restart-max = \"many\"")
    == texts{"cafka.restart-max = \"many\": \"unlimited\", or a whole number "
             "from 0"});
  CHECK(errors_with("supervisor-backoff-max = 500ms")
        == texts{"cafka.supervisor-backoff-max = 500ms: at least "
                 "supervisor-backoff-min"});
}

TEST_CASE("a drain that outlasts max.poll.interval.ms is refused") {
  CHECK(errors_with("drain-timeout = 5min")
        == texts{"cafka.drain-timeout = 300000ms: with 5s for the last commit, "
                 "less than max.poll.interval.ms (300000ms)"});
  CHECK(errors_with("drain-timeout = 10s\n"
                    "kafka { max-poll-interval-ms = 15000, "
                    "session-timeout-ms = 6000 }")
        == texts{"cafka.drain-timeout = 10000ms: with 5s for the last commit, "
                 "less than max.poll.interval.ms (15000ms)"});
  CHECK(errors_with("drain-timeout = 294999ms").empty());
}

TEST_CASE("a progress-timeout that an idle fetch outlasts is refused") {
  CHECK(errors_with("progress-timeout = 2s")
        == texts{"cafka.progress-timeout = 2000ms: 0, or more than twice what "
                 "a broker may wait (1000ms of sleep-timeout)"});
  CHECK(errors_with("progress-timeout = 20s\n"
                    "min-bytes = 1")
        == texts{"cafka.progress-timeout = 20000ms: 0, or more than twice what "
                 "a broker may wait (10000ms of max-wait-time)"});
  CHECK(errors_with("progress-timeout = 2001ms").empty());
  CHECK(errors_with("progress-timeout = 0s").empty());
}

TEST_CASE("limits that cannot stand together are named with both values") {
  auto with = [](const std::string& properties, const std::string& more = {}) {
    return errors_with("kafka {\n" + properties + "\n}\n" + more);
  };
  auto session = std::string{"or the group forgets the member between two "
                             "heartbeats, best three times the heartbeat's "
                             "interval"};
  CHECK(with("heartbeat-interval-ms = 20000\nsession-timeout-ms = 20000")
        == texts{"cafka.kafka.session-timeout-ms = 20000: more than "
                 "heartbeat.interval.ms (20000), "
                 + session});
  CHECK(with("heartbeat-interval-ms = 45000")
        == texts{"cafka.kafka.heartbeat-interval-ms = 45000: less than "
                 "session.timeout.ms (45000, the default), "
                 + session});
  CHECK(with("heartbeat-interval-ms = 44999").empty());
  CHECK(with("session-timeout-ms = 300001")
        == texts{"cafka.kafka.session-timeout-ms = 300001: at most "
                 "max.poll.interval.ms (300000, the default), which is how "
                 "long a rebalance waits for the member"});
  auto behind = std::string{", because other requests wait behind a fetch"};
  CHECK(with("socket-timeout-ms = 1999")
        == texts{"cafka.kafka.socket-timeout-ms = 1999: at least 1000 above "
                 "sleep-timeout (1000ms)"
                 + behind});
  CHECK(with("socket-timeout-ms = 2000").empty());
  CHECK(errors_with("min-bytes = 1\nmax-wait-time = 60s\n"
                    "progress-timeout = 3min")
        == texts{"cafka.max-wait-time = 60000ms: at least 1000 below "
                 "socket.timeout.ms (60000, the default)"
                 + behind});
  CHECK(with("connections-max-idle-ms = 1000").size() == 2);
  CHECK(with("connections-max-idle-ms = 4000").empty());
  CHECK(with("fetch-max-bytes = 999999")
        == texts{"cafka.kafka.fetch-max-bytes = 999999: at least "
                 "message.max.bytes (1000000, the default), or a large record "
                 "does not fit in a fetch"});
  CHECK(with("receive-message-max-bytes = 8389119")
        == texts{"cafka.kafka.receive-message-max-bytes = 8389119: at least "
                 "512 above fetch.max.bytes (8388608), or a fetch would not be "
                 "taken"});
  CHECK(with("receive-message-max-bytes = 8389120").empty());
  CHECK(errors_with("min-bytes = 8388609")
        == texts{"cafka.min-bytes = 8388609: at most fetch.max.bytes "
                 "(8388608), which no fetch exceeds"});
  CHECK(
    with("queued-max-messages-kbytes = 16384", "min-bytes = 8388609").empty());
  CHECK(with("reconnect-backoff-ms = 10001")
        == texts{"cafka.kafka.reconnect-backoff-ms = 10001: at most "
                 "reconnect.backoff.max.ms (10000, the default), to which it "
                 "doubles"});
  CHECK(with("metadata-max-age-ms = 299999")
        == texts{"cafka.kafka.metadata-max-age-ms = 299999: at least "
                 "topic.metadata.refresh.interval.ms (300000, the default), "
                 "or what is known of the topics is dropped before it is asked "
                 "for again"});
}

TEST_CASE("two names of one property have one value") {
  CHECK(errors_with("kafka {\nmax-in-flight = 5\n"
                    "max-in-flight-requests-per-connection = 6\n}")
        == texts{"cafka.kafka.max-in-flight = 5: not beside "
                 "max.in.flight.requests.per.connection (6), which is the same "
                 "property"});
  CHECK(errors_with("kafka {\nmax-in-flight = 5\n"
                    "max-in-flight-requests-per-connection = 5\n}")
          .empty());
}

TEST_CASE("properties of TLS and of a login that have no effect are refused") {
  auto with = [](const std::string& properties) {
    return errors_with("kafka {\n" + properties + "\n}\n");
  };
  auto scram = std::string{"sasl-username = \"u\"\nsasl-password = \"p\"\n"
                           "sasl-mechanisms = \"SCRAM-SHA-256\"\n"};
  CHECK(with(scram)
        == texts{"cafka.kafka.sasl-mechanisms = SCRAM-SHA-256: only where "
                 "security.protocol (plaintext, the default) is sasl_plaintext "
                 "or sasl_ssl; the same of sasl.password, sasl.username"});
  CHECK(with("security-protocol = \"SASL_PLAINTEXT\"\n" + scram).empty());
  CHECK(with("ssl-ca-location = \"/x\"")
        == texts{"cafka.kafka.ssl-ca-location = /x: only where "
                 "security.protocol (plaintext, the default) is ssl or "
                 "sasl_ssl"});
  CHECK(with("security-protocol = \"sasl_plaintext\"\n"
             "sasl-password = \"p\"\nsasl-username = \"u\"")
        == texts{"cafka.kafka.sasl-username = u: only where sasl.mechanisms "
                 "(GSSAPI, the default) is PLAIN or SCRAM-SHA-256 or "
                 "SCRAM-SHA-512; the same of sasl.password"});
  CHECK(with("security-protocol = \"sasl_plaintext\"\n"
             "sasl-kerberos-keytab = \"k\"\n"
             + scram)
        == texts{"cafka.kafka.sasl-kerberos-keytab = k: only where "
                 "sasl.mechanisms (SCRAM-SHA-256) is GSSAPI"});
  CHECK(with("security-protocol = \"ssl\"\n"
             "enable-ssl-certificate-verification = false\n"
             "ssl-endpoint-identification-algorithm = \"https\"")
        == texts{"cafka.kafka.ssl-endpoint-identification-algorithm = https: "
                 "only where enable.ssl.certificate.verification (false) is "
                 "true"});
  CHECK(errors_with("embedded = true\nkafka { security-protocol = \"ssl\" }")
        == texts{"cafka.embedded = true: only where security.protocol (ssl) is "
                 "plaintext"});
}

TEST_CASE("a login, a certificate or a key that lacks its other half is "
          "refused") {
  auto over = [](const std::string& protocol, const std::string& more) {
    return errors_with("kafka {\nsecurity-protocol = \"" + protocol + "\"\n"
                       + more + "\n}\n");
  };
  CHECK(over("sasl_plaintext", "sasl-mechanism = \"PLAIN\"")
        == texts{"cafka.kafka.sasl-mechanism = PLAIN: only with sasl.username "
                 "and sasl.password: sasl.username and sasl.password missing"});
  CHECK(over("sasl_plaintext", "sasl-mechanism = \"OAUTHBEARER\"")
        == texts{"cafka.kafka.sasl-mechanism = OAUTHBEARER: only where "
                 "sasl.oauthbearer.method is oidc: nobody gives out tokens"});
  auto file = std::string{"\"/proc/self/status\""};
  CHECK(over("ssl", "ssl-key-location = " + file)
        == texts{"cafka.kafka.ssl-key-location = /proc/self/status: only with "
                 "ssl.certificate.location or ssl.certificate.pem"});
  CHECK(over("ssl", "ssl-certificate-location = " + file)
        == texts{"cafka.kafka.ssl-certificate-location = /proc/self/status: "
                 "only with ssl.key.location or ssl.key.pem"});
  CHECK(over("ssl", "ssl-key-password = \"x\"")
        == texts{"cafka.kafka.ssl-key-password = (hidden): only with "
                 "ssl.key.location or ssl.key.pem"});
  CHECK(over("ssl", "ssl-keystore-location = " + file)
        == texts{"cafka.kafka.ssl-keystore-location = /proc/self/status: only "
                 "with ssl.keystore.password"});
  CHECK(over("ssl", "ssl-keystore-location = " + file
                      + "\nssl-keystore-password = \"x\""
                        "\nssl-key-location = "
                      + file + "\nssl-certificate-location = " + file)
        == texts{"cafka.kafka.ssl-keystore-location = /proc/self/status: not "
                 "beside ssl.certificate.location: one of the two counts"});
  CHECK(over("ssl", "ssl-ca-location = \"/no/such/ca.pem\"")
        == texts{"cafka.kafka.ssl-ca-location = /no/such/ca.pem: a file that "
                 "can be read: No such file or directory"});
}

TEST_CASE("ways past a failed record that lead nowhere are refused") {
  auto with = [](const std::string& keys) {
    return errors_with("on-failure {\n" + keys + "\n}\n");
  };
  auto order = std::string{
    "each step once, in this order: \"dead-letter\", \"skip\", then one of "
    "\"stop-partition\" and \"stop-group\""};
  auto stops = std::string{"[\"stop-partition\", \"skip\"]"};
  CHECK(with("retries = 3")
        == texts{"cafka.on-failure.then = []: at least one step behind 3 "
                 "retries, or retries = \"unlimited\""});
  CHECK(with("then = " + stops)
        == texts{"cafka.on-failure.then = " + stops + ": " + order});
  for (auto* then : {"[\"stop-group\", \"stop-partition\"]",
                     "[\"skip\", \"skip\"]", "[\"skip\", \"dead-letter\"]"})
    CHECK(
      with("then = " + std::string{then})
      == texts{"cafka.on-failure.then = " + std::string{then} + ": " + order});
  CHECK(with("retries = 0\nthen = [\"skip\"]").empty());
  CHECK(with("retries = 3\nthen = [\"dead-letter\", \"skip\", "
             "\"stop-group\"]")
          .empty());
  CHECK(with("then = [\"stop-partition\"]").empty());
}

TEST_CASE("a topic that cannot take dead letters is refused") {
  auto of_group = [](const std::string& group, const std::string& topic,
                     const std::string& then = "\"dead-letter\"") {
    return errors_with("group = \"" + group
                       + "\"\ntopics = [\"a\", \"b\"]\n"
                         "on-failure {\nthen = ["
                       + then + "]\ndead-letter { topic = \"" + topic
                       + "\" }\n}\n");
  };
  auto of = [&](const std::string& topic) { return of_group("g", topic); };
  auto key = std::string{"cafka.on-failure.dead-letter.topic = "};
  CHECK(of("") == texts{key + "\"\": " + topic_rule});
  CHECK(of("a b") == texts{key + "\"a b\": " + topic_rule});
  CHECK(of("{topics}") == texts{key + "\"{topics}\": " + topic_rule});
  CHECK(of("b")
        == texts{key
                 + "\"b\": none of topics: the group would read its own dead "
                   "letters"});
  CHECK(of("{topic}")
        == texts{key
                 + "\"{topic}\": none of topics: the group would read its own "
                   "dead letters, of topic \"a\" it is \"a\""});
  CHECK(of_group("b", "{group}").size() == 1);
  CHECK(of("__{group}")
        == texts{key
                 + "\"__{group}\": a topic that does not begin with \"__\", as "
                   "Kafka's own do, of topic \"a\" it is \"__g\""});
  CHECK(of_group("ä", "dlq.{group}").size() == 1);
  CHECK(of_group("ä", "dlq.{group}", "\"skip\"").empty()); // not written
  CHECK(of("{topic}.{group}").empty());
  CHECK(of("dlq").empty());
}

TEST_CASE("an unknown key of on-failure names the nearest") {
  CHECK(
    errors_with("on-failure {\n"
                " retris = 3\n"
                " dead-letter { topics = \"x\" }\n"
                "}\n")
    == texts{"cafka.on-failure.dead-letter.topics = \"x\": no such key, but "
             "on-failure.dead-letter.topic is",
             "cafka.on-failure.retris = 3: no such key, but "
             "on-failure.retries is"});
}

TEST_CASE("values of on-failure out of their range name the range") {
  CHECK(errors_with("on-failure {\n"
                    " retries = \"many\"\n"
                    " then = [\"retry\"]\n"
                    " flood-interval = 5\n"
                    " dead-letter { header-style = \"json\" }\n"
                    "}\n")
        == texts{"cafka.on-failure.dead-letter.header-style = \"json\": "
                 "\"kafka\" or \"spring\"",
                 std::string{"cafka.on-failure.flood-interval = 5: "} + a_time,
                 "cafka.on-failure.retries = \"many\": \"unlimited\", or a "
                 "whole number from 0",
                 "cafka.on-failure.then = [\"retry\"]: a list of "
                 "\"dead-letter\", \"skip\", \"stop-partition\" and "
                 "\"stop-group\""});
  CHECK(errors_with("on-failure {\n"
                    " flood-after = 0\n"
                    " flood-interval = 0s\n"
                    " dead-letter {\n"
                    "  replication = 0\n"
                    "  timeout = 0s\n"
                    " }\n"
                    "}\n"
                    "outputs-max-bytes = 0\n")
        == texts{"cafka.on-failure.flood-after = 0: from 1 to 1000000000",
                 "cafka.on-failure.flood-interval = 0ms: from 1ms to "
                 "31536000000ms",
                 "cafka.on-failure.dead-letter.replication = 0: -1, or from 1 "
                 "to 32767",
                 "cafka.on-failure.dead-letter.timeout = 0ms: from 1ms to "
                 "2147483647ms",
                 "cafka.outputs-max-bytes = 0: from 1 to 1000000000"});
  CHECK(errors_with("on-failure = \"skip\"\n")
        == texts{"cafka.on-failure = \"skip\": a dictionary { … }"});
}

TEST_CASE("properties of the producer that are the group's or cafka's are "
          "refused") {
  auto order = std::string{"not set here: outputs keep their order, and come "
                           "once"};
  CHECK(errors_with("producer {\n"
                    " acks = 1\n"
                    " enable-idempotence = false\n"
                    " transactional-id = \"t\"\n"
                    " sasl-password = \"hunter2\"\n"
                    " bootstrap { servers = \"b\" }\n"
                    " lingr-ms = 5\n"
                    " linger-ms = \"x\"\n"
                    " message-timeout-ms = 5\n"
                    "}\n")
        == texts{"cafka.producer.acks = 1: not set here: what has no report of "
                 "all replicas counts as not written",
                 "cafka.producer.bootstrap-servers = b: not set here: see "
                 "endpoints",
                 "cafka.producer.enable-idempotence = false: " + order,
                 "cafka.producer.linger-ms = x: Invalid value for "
                 "configuration property \"queue.buffering.max.ms\"",
                 "cafka.producer.lingr-ms = (hidden): No such configuration "
                 "property: \"lingr.ms\"",
                 "cafka.producer.message-timeout-ms = 5: not set here: see "
                 "on-failure.dead-letter.timeout",
                 "cafka.producer.sasl-password = (hidden): not set here: "
                 "security is the group's, see kafka",
                 "cafka.producer.transactional-id = t: not set here: no "
                 "transaction is begun"});
  CHECK(errors_with("producer {\n linger-ms = 50\n linger { ms = 5 }\n}")
        == texts{"cafka.producer.linger-ms = (more than one value): each "
                 "property once"});
  auto together = errors_with("producer { max-in-flight = 6 }");
  REQUIRE(together.size() == 1);
  CHECK(together[0].starts_with("cafka.producer = { … }: "));
  CHECK(together[0].find("max.in.flight") != std::string::npos);
  CHECK(errors_with("producer = \"x\"")
        == texts{"cafka.producer = (hidden): a dictionary { … }"});
  CHECK(errors_with("producer { linger-ms = 50, compression-type = \"zstd\" }")
          .empty());
}

TEST_CASE("a group beside groups must have another name") {
  CHECK(errors_of("cafka {\n" + std::string{required} + " groups {\n orders {\n"
                  + required + " }\n }\n}\n")
        == texts{"cafka.groups = \"orders\": a name of its own for each "
                 "group"});
}

TEST_CASE("one group-instance-id in two members of a group is refused") {
  auto group = [](const std::string& name, const std::string& more) {
    return name + " {\n topics = [\"a\"]\n handler = \"h\"\n" + more + "}\n";
  };
  auto errors_of_both = [&](const std::string& first,
                            const std::string& second) {
    return errors_of("cafka {\n groups {\n" + group("a", first)
                     + group("b", second) + " }\n}\n");
  };
  auto member = std::string{"group = \"g\"\n group-instance-id = \"i\"\n"};
  auto at_b1 = std::string{"endpoints = [\"b1:1\", \"b2:1\"]\n"};
  auto at_b2 = std::string{"endpoints = [\"b2:1\"]\n"};
  CHECK(errors_of_both(member + at_b1, member + at_b2)
        == texts{"group-instance-id = \"i\": not both in a and in b, which are "
                 "members of the group \"g\""});
  CHECK(
    errors_of_both(member + "embedded = true\n", member + "embedded = true\n")
      .size()
    == 1);
  CHECK(errors_of_both(member + at_b1, "group = \"g\"\n" + at_b1).empty());
  CHECK(errors_of_both(member + at_b1,
                       "group = \"h\"\n group-instance-id = \"i\"\n" + at_b1)
          .empty());
  // Of another cluster.
  CHECK(
    errors_of_both(member + at_b2, member + "endpoints = [\"c:1\"]\n").empty());
}

TEST_CASE("no error of a config file shows a secret") {
  auto errors = errors_with("sasl-password = \"hunter2\"\n"
                            "sasl-pasword = \"hunter2\"\n"
                            "kafka {\n"
                            " sasl { password = [\"hunter2\"] }\n"
                            " ssl-key-passwrd = \"hunter2\"\n"
                            " ssl-key-password-x = \"hunter2\"\n"
                            " enable-auto-commit = \"hunter2\"\n"
                            " sasl-oauthbearer-method = \"hunter2\"\n}");
  auto count = [&](const std::string& part) {
    return std::count_if(errors.begin(), errors.end(), [&](auto& x) {
      return x.find(part) != std::string::npos;
    });
  };
  CHECK(count("hidden") == 5);
  CHECK(count("hunter2") == 1);
  CHECK(count("enable-auto-commit = hunter2") == 1); // which is no secret
}

TEST_CASE("no value shows where a group, a key or a dictionary should be") {
  CHECK(errors_with("pass = \"hunter2\"")
        == texts{"cafka.pass = (hidden): no such key"});
  CHECK(errors_with("kafka { ssl_key = \"PRIVATEKEY\" }").at(0).find("PRIVATE")
        == std::string::npos);
  auto in_groups = errors_of(
    "cafka {\n groups {\n sasl-password = \"hunter2\"\n"
    " paswd = \"hunter2\"\n batch-size = 7\n }\n}\n");
  in_groups.resize(3); // what is missing follows
  CHECK(in_groups
        == texts{"cafka.groups.batch-size = 7: a dictionary { … }",
                 "cafka.groups.paswd = (hidden): a dictionary { … }",
                 "cafka.groups.sasl-password = (hidden): a dictionary { … }"});
  CHECK(errors_of("cafka { groups = \"hunter2\" }\n").at(0)
        == "cafka.groups = (hidden): a dictionary { … } of groups by name");
}

TEST_CASE("a property that is written twice is refused") {
  CHECK(errors_with("kafka {\n client-id = \"a\"\n client { id = \"b\" }\n}")
        == texts{"cafka.kafka.client-id = (more than one value): each property "
                 "once"});
}

TEST_CASE("spawn refuses the struct with the same words") {
  actor_fixture actors;
  group_options options;
  options.handler
    = make_handler([](const message_batch&) { return handler_answer::ack(); });
  auto& x = options.config;
  x.name = "orders";
  x.endpoints = {"host"};
  x.group = "readers";
  x.batch_size = 0;
  x.kafka["sasl.pasword"] = "hunter2";
  std::string expected = "endpoints = \"host\": " + std::string{host_port}
                         + "; topics = []: at least one topic; batch-size = 0: "
                           "from 1 to 1000000000; kafka.sasl-pasword = "
                           "(hidden): No such configuration property: "
                           "\"sasl.pasword\"";
  auto spawned = spawn(actors.system(), options);
  REQUIRE_FALSE(spawned);
  CHECK(text_of(spawned.error()) == expected);
  auto registry = make_partition_registry(actors.system(), x);
  auto parts = spawn_manager(actors.system(), options, registry, {});
  REQUIRE_FALSE(parts);
  CHECK(text_of(parts.error()) == expected);
  CHECK_FALSE(find(actors.system(), "orders"));
}
