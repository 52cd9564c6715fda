-- A fact becomes deliveries, once: facts are taken in the order they were told, and none twice.
-- A retraction goes to every target whose call was tried, whoever subscribes now. A call that nobody has tried
-- yet is dropped together with its retraction; one that was tried without an answer is tried no more.
-- ARGV seq fact kind, then the row of each delivery that a subscription asks for
-- Answers {'OK', deliveries} · {'AT', cursor} · {'LOST'}

if lost() then return { 'LOST' } end
local seq, fact, kind = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local cursor = tonumber(redis.call('HGET', meta, 'cursor') or '0')
if seq ~= cursor + 1 then return { 'AT', string.format('%d', cursor) } end

-- The calls that stand, read before anything is written: who was sent a damaged one is known to the log.
local standing, damaged = {}, false
if kind == 'call-retracted' then
  for place, key in ipairs(redis.call('SMEMBERS', calls)) do
    standing[place] = load_row(key, true)
    damaged = damaged or not standing[place]
  end
end
if damaged then return { 'LOST' } end

-- A fact told later is due later, also within one millisecond.
local at_ms = math.max(now, tonumber(redis.call('HGET', meta, 'score') or '0') + 1)
local opened = 0
local function open(row)
  if redis.call('HEXISTS', deliveries, key_of(row)) == 1 then return end
  save(row, true)
  if row.kind == 'call-made' then redis.call('SADD', calls, key_of(row)) end
  if row.state == 'queued' then
    put(row, at_ms)
    opened = opened + 1
  end
end

local function retraction_of(call, tried)
  local row = {}
  for name, value in pairs(call) do row[name] = value end
  row.fact, row.seq, row.kind, row.n, row.tries = fact, seq, kind, 0, 0
  row.token, row.tried, row.retracted = '', false, false
  row.state = tried and 'queued' or 'superseded'
  row.note = tried and '' or 'its call was never sent'
  return row
end

if kind == 'call-retracted' then
  local targets = {}
  for _, call in ipairs(standing) do
    local key, tried = key_of(call), call.tried
    if call.state == 'queued' or call.state == 'sent' or call.state == 'retrying' then
      call.state = 'superseded'
      call.note = tried and 'its retraction goes instead' or 'it was retracted before it was sent'
      take_out(key)
    end
    call.retracted = true
    save(call, true)
    redis.call('SREM', calls, key)
    if tried or not targets[call.target] then targets[call.target] = retraction_of(call, tried) end
  end
  for _, row in pairs(targets) do open(row) end
end
for place = 4, #ARGV do open(cjson.decode(ARGV[place])) end

redis.call('HSET', meta, 'cursor', string.format('%d', seq), 'score', string.format('%.0f', at_ms))
redis.call('XADD', outbox, '*', 'spread', string.format('%d', seq))
return { 'OK', opened }
