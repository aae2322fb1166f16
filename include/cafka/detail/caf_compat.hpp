#pragma once

/// The one header that knows CAF's versions: 0.17.6 and 1.1 from one source.
/// Users need it for `inspect` of their own messages at most.

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <type_traits>
#include <utility>

// Not CAF_VERSION: 1.1.0 defines it as the octal literal 0100.
#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION < 18
#  define CAFKA_CAF_017 1
#  include <caf/allowed_unsafe_message_type.hpp>
#  include <caf/atom.hpp>
#  include <caf/meta/type_name.hpp>
#else
#  define CAFKA_CAF_017 0
#  include <caf/anon_mail.hpp>
#  include <caf/init_global_meta_objects.hpp>
#endif

namespace cafka::compat {

// -- inspect ------------------------------------------------------------------

template <class T>
struct field_ref {
  const char* name;
  T& ref;
};

template <class T>
field_ref<T> field(const char* name, T& x) {
  return {name, x};
}

/// The body of an `inspect` overload, the same for both versions.
template <class Inspector, class T, class... Ts>
auto fields(Inspector& f, [[maybe_unused]] T& obj,
            [[maybe_unused]] const char* type_name, field_ref<Ts>... xs) {
#if CAFKA_CAF_017
  return f(caf::meta::type_name(type_name), xs.ref...);
#else
  return f.object(obj).fields(f.field(xs.name, xs.ref)...);
#endif
}

// -- typed interfaces: typed<void(ack), ack_reply(ack_request)> ---------------

template <class F>
struct signature;

#if CAFKA_CAF_017
template <class... Ts>
struct signature<void(Ts...)> {
  using type = caf::reacts_to<Ts...>;
};
template <class R, class... Ts>
struct signature<R(Ts...)> {
  using type = typename caf::replies_to<Ts...>::template with<R>;
};
#else
template <class R, class... Ts>
struct signature<R(Ts...)> {
  using type = caf::result<R>(Ts...);
};
#endif

template <class... Fs>
using typed = caf::typed_actor<typename signature<Fs>::type...>;

// -- sending ------------------------------------------------------------------

/// Sends without a sender: no answer and no error comes back, so that a
/// receiver's failure never ends the sender.
template <class Dest, class... Ts>
void post(const Dest& dest, Ts&&... xs) {
#if CAFKA_CAF_017
  caf::anon_send(dest, std::forward<Ts>(xs)...);
#else
  caf::anon_mail(std::forward<Ts>(xs)...).send(dest);
#endif
}

} // namespace cafka::compat

/// At namespace scope of the enum: makes it part of messages. 0.17 takes every
/// enum as it is.
#if CAFKA_CAF_017
#  define CAFKA_INSPECT_ENUM(type)
#else
#  define CAFKA_INSPECT_ENUM(type)                                             \
    template <class Inspector>                                                 \
    bool inspect(Inspector& f, type& x) {                                      \
      using underlying = std::underlying_type_t<type>;                         \
      auto get = [&x] { return static_cast<underlying>(x); };                  \
      auto set = [&x](underlying y) {                                          \
        x = static_cast<type>(y);                                              \
        return true;                                                           \
      };                                                                       \
      return f.apply(get, set);                                                \
    }
#endif

/// At global scope, behind the type ids: makes an enum a `caf::error` code.
#if CAFKA_CAF_017
#  define CAFKA_ERROR_ENUM(type, category) CAF_ERROR_CODE_ENUM(type, category)
#else
#  define CAFKA_ERROR_ENUM(type, category) CAF_ERROR_CODE_ENUM(type)
#endif
