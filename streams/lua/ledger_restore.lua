-- The ledger made again, or completed, from the log: of two statements about a delivery the one that changed
-- more often counts. Whatever was open is due now. The last part (`done`) opens the ledger.
-- ARGV done (1 or 0) cursor, then rows
-- Answers {'OK'}

for place = 3, #ARGV do
  local row = cjson.decode(ARGV[place])
  local key = key_of(row)
  local held = load_row(key)
  if not held or held.n < row.n then
    row.token = ''
    redis.call('HSET', deliveries, key, cjson.encode(row))
    take_out(key)
    -- By seq, not all at once: the oldest fact goes first.
    if row.state == 'queued' or row.state == 'sent' or row.state == 'retrying' then put(row, now - 1000000 + row.seq) end
    if row.kind == 'call-made' and not row.retracted and row.state ~= 'superseded' then
      redis.call('SADD', calls, key)
    else
      redis.call('SREM', calls, key)
    end
  end
end
local cursor = math.max(tonumber(ARGV[2]), tonumber(redis.call('HGET', meta, 'cursor') or '0'))
redis.call('HSET', meta, 'cursor', string.format('%d', cursor))
if ARGV[1] == '1' then
  redis.call('HSET', meta, 'run_id', run_id())
  redis.call('HDEL', meta, 'damaged')
end
return { 'OK' }
