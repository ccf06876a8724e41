-- What wrk asks, given in the environment by load.ts, and what it tells at the end, as JSON.
wrk.method = os.getenv('LOAD_METHOD')
wrk.body = os.getenv('LOAD_BODY')
for name, value in string.gmatch(os.getenv('LOAD_HEADERS') or '', '([^:\n]+): ([^\n]+)') do
  wrk.headers[name] = value
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, errors.status, broken))
end
