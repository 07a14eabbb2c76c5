// Turns off onnxruntime's telemetry, which is on by default since 1.30: it writes a device ID below ~/.cache/Microsoft
// and sends what it counts to Microsoft.
// Reference: https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md

/**
 * onnxruntime reads the variable from the environment of the process when its first session is opened. A worker thread
 * has only a copy of that environment: whoever starts such threads imports this module on the main thread, before.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
