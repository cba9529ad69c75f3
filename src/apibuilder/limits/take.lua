-- One call wants in. All of it happens or none: Redis runs one script at a time.
-- Times are microseconds of Redis' own clock, the one clock that all gateways share.
--
-- KEYS: leases, calls in flight, then each bucket, then each quota.
-- ARGV: session, max_concurrency, number of buckets, milliseconds until the month is over, then
--       interval and burst of each bucket, then the calls of each quota.
-- Answers: 0 taken, 1 rate, 2 quota, 3 concurrency; bucket, tokens left, until it is full; quota,
--          calls left; until another try can succeed; then the calls counted on each quota.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local session, most, buckets = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('MGET', unpack(KEYS, 3))

local used, quota, quota_left = {}, 0, 0
for i = buckets + 1, #held do
  local number = i - buckets
  local calls = tonumber(held[i] or 0)
  local left = tonumber(ARGV[4 + 2 * buckets + number]) - calls
  used[number] = calls
  if number == 1 or left < quota_left then quota, quota_left = number - 1, left end
end
local function answer(...)
  local reply = {...}
  for i = 1, #used do reply[#reply + 1] = used[i] end
  return reply
end

local full_at, tightest, fewest, reset = {}, 0, -1, 0
for i = 1, buckets do
  local interval, burst = tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
  local full = math.max(tonumber(held[i] or 0), now) + interval
  local room = burst * interval - (full - now)
  if room < 0 then
    return answer(1, i - 1, 0, full - interval - now, quota, math.max(0, quota_left), -room)
  end
  local left = math.floor(room / interval)
  full_at[i] = full
  if fewest < 0 or left < fewest then tightest, fewest, reset = i - 1, left, full - now end
end
if quota_left <= 0 then return answer(2, tightest, fewest, reset, quota, 0, 0) end

-- What is in flight is counted a session of a gateway; one whose lease is over has lost its calls.
local in_flight = 0
local sessions = redis.call('HGETALL', KEYS[2])
for i = 1, #sessions, 2 do
  local lease = sessions[i] == session and math.huge
    or tonumber(redis.call('HGET', KEYS[1], sessions[i]) or 0)
  if lease > now then
    in_flight = in_flight + tonumber(sessions[i + 1])
  else
    redis.call('HDEL', KEYS[2], sessions[i])
  end
end
if in_flight >= most then return answer(3, tightest, fewest, reset, quota, quota_left, 0) end

for i = 1, buckets do
  local ttl = math.ceil((full_at[i] - now) / 1000) + 1000
  redis.call('SET', KEYS[2 + i], string.format('%.0f', full_at[i]), 'PX', ttl)
end
for number = 1, #used do
  local key = KEYS[2 + buckets + number]
  used[number] = redis.call('INCR', key)
  if used[number] == 1 then redis.call('PEXPIRE', key, ARGV[4]) end
end
redis.call('HINCRBY', KEYS[2], session, 1)
redis.call('EXPIRE', KEYS[2], 86400)
return answer(0, tightest, fewest, reset, quota, quota_left - 1, 0)
