-- A gateway lives. KEYS: leases. ARGV: session, microseconds, 1 to begin it.
-- Answers 0 if the lease was over, and with it what the session had in flight.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if tonumber(all[i + 1]) <= now then redis.call('HDEL', KEYS[1], all[i]) end
end
if ARGV[3] ~= '1' and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + tonumber(ARGV[2])))
return 1
