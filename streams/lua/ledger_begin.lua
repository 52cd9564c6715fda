-- The first start of all says where it begins: what was told up to there is delivered to nobody. A ledger that
-- has begun, here or by what the log said of it, stays where it is.
-- ARGV seq
-- Answers {'OK'} · {'LOST'}

if lost() then return { 'LOST' } end
local first = redis.call('HSETNX', meta, 'begun', '1') == 1 and redis.call('HGET', meta, 'cursor') == '0'
if first and ARGV[1] ~= '0' then
  redis.call('HSET', meta, 'cursor', ARGV[1])
  redis.call('XADD', outbox, '*', 'spread', ARGV[1])
end
return { 'OK' }
