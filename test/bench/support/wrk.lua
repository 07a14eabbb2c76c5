-- Posts the request bodies of a folder in turn. Arguments: path, content type, folder, number of bodies (0.bin ...).
-- Prints its results as one line of JSON; latencies are microseconds.
local requests, at = {}, 0

function init(args)
  local path, kind, folder, count = args[1], args[2], args[3], tonumber(args[4])
  for i = 0, count - 1 do
    local file = assert(io.open(folder .. "/" .. i .. ".bin", "rb"))
    local body = file:read("*a")
    file:close()
    requests[i] = wrk.format("POST", path, { ["Content-Type"] = kind }, body)
  end
end

function request()
  at = (at + 1) % (#requests + 1)
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"longest":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
