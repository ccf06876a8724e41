-- What wrk asks, given in the environment by load.ts, and what it tells at the end, as JSON.
wrk.method = os.getenv('LOAD_METHOD')
wrk.body = os.getenv('LOAD_BODY')
if wrk.body then
  wrk.headers['content-type'] = 'application/json'
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, errors.status, broken))
end
