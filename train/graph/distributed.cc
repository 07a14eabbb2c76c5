// Part of the addon: sessions on TensorFlow's server, where a graph's ops meet those of other processes over gRPC.
//
// tfjs-node opens every session without options. By a macro for the preprocessor, as in references.cc, its sources have
// this file's name for the function that makes them.
#undef TF_NewSessionOptions
#include <tensorflow/c/c_api.h>
#include <unistd.h>

#include <string>

namespace {

/** Never ended: TensorFlow cannot end a server that a session has used. */
TF_Server* server = nullptr;
/** ConfigProto of sessions on the server; empty while sessions are of this process alone. */
std::string* const config = new std::string;

}  // namespace

extern "C" {

TF_SessionOptions* trainyard_NewSessionOptions() {
  TF_SessionOptions* options = TF_NewSessionOptions();
  if (config->empty()) return options;
  TF_SetTarget(options, TF_ServerTarget(server));
  TF_Status* status = TF_NewStatus();
  TF_SetConfig(options, config->data(), config->size(), status);
  TF_DeleteStatus(status);
  return options;
}

/**
 * Starts the server that a ServerDef describes.
 * @param message where to write what went wrong, with a zero at its end
 * @returns 0, or a TF_Code
 */
int trainyard_start_server(const void* definition, size_t bytes, char* message, size_t room) {
  TF_Status* status = TF_NewStatus();
  server = TF_NewServer(definition, bytes, status);
  if (TF_GetCode(status) == TF_OK) TF_ServerStart(server, status);
  const int code = TF_GetCode(status);
  std::string text = TF_Message(status);
  text.resize(text.size() < room ? text.size() : room - 1);
  text.copy(message, text.size());
  message[text.size()] = 0;
  TF_DeleteStatus(status);
  return code;
}

/** From now on sessions are on the server, with this ConfigProto; of this process alone if it is empty. */
void trainyard_open_sessions(const void* session_config, size_t bytes) {
  config->assign(static_cast<const char*>(session_config), bytes);
}

/** Ends the process at once, whatever its other threads are waiting for. */
void trainyard_leave(int code) { _exit(code); }

}  // extern "C"
