// Part of the addon: references to JavaScript arrays are deleted on the thread that made them, as Node-API asks.
//
// A tensor of tfjs-node shares the memory of its typed array, and TensorFlow drops it on whichever thread used it last,
// also on those that run a graph. tfjs-node deletes its reference to the array there and then, while another thread may
// be at it, and Node's list of references is made for one. These two functions are in the place of Node's: what other
// threads delete waits until the next reference is made. By a macro for the preprocessor, the package's sources, and
// Node's header here, have their names for Node's; the linkers of Linux and macOS share no option for that.
#include <node_api.h>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace {

std::mutex mutex;

/** What other threads have deleted, of each environment that still is. Never destroyed: threads may outlive it. */
auto& waiting = *new std::map<napi_env, std::vector<napi_ref>>;

/** The environment whose thread this is. */
thread_local napi_env own = nullptr;

std::vector<napi_ref> TakeWaiting(napi_env env) {
  std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(waiting[env], {});
}

/** Node lets go of an environment's references when it ends. */
void Forget(void* env) {
  std::lock_guard<std::mutex> lock(mutex);
  waiting.erase(static_cast<napi_env>(env));
  own = nullptr;
}

}  // namespace

extern "C" {

// Node's own, by the names that they have for the linker: with an underscore before them on macOS.
#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
#define OF_NODE(name) __asm__(TEXT(__USER_LABEL_PREFIX__) "napi_" name "_reference")
napi_status CreateReference(napi_env env, napi_value value, uint32_t count, napi_ref* result) OF_NODE("create");
napi_status DeleteReference(napi_env env, napi_ref reference) OF_NODE("delete");

napi_status trainyard_create_reference(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  if (own != env) {
    own = env;
    napi_add_env_cleanup_hook(env, Forget, env);
  }
  for (napi_ref reference : TakeWaiting(env)) DeleteReference(env, reference);
  return CreateReference(env, value, count, result);
}

napi_status trainyard_delete_reference(napi_env env, napi_ref reference) {
  if (own == env) return DeleteReference(env, reference);
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = waiting.find(env);
  if (found != waiting.end()) found->second.push_back(reference);
  return napi_ok;
}

}  // extern "C"
