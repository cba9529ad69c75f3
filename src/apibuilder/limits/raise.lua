-- Counts below what is known are raised to it, then added to. KEYS: quotas.
-- ARGV: milliseconds until the month is over, then for each quota what is known and what to add.
for i = 1, #KEYS do
  local known, more = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local calls = tonumber(redis.call('GET', KEYS[i]) or 0)
  local right = math.max(calls, known) + more
  if right ~= calls then
    redis.call('SET', KEYS[i], string.format('%.0f', right), 'PX', ARGV[1])
  end
end
return #KEYS
