-- What the ledger's scripts share: the ledger of one contest, from a fact told to its acknowledgement.
-- KEYS meta deliveries due urgent busy calls outbox, the same for each script
-- Know before changing: a row is one flat JSON object (election/wire/delivered.py). Everything a script changes
-- and that must outlive this store is put into the outbox in the same step, from where it goes to the log.

local meta, deliveries, due, urgent = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local busy, calls, outbox = KEYS[5], KEYS[6], KEYS[7]

-- This server's start, as the ledger knows it: another one may hold less than was delivered, and nothing is
-- sent before the log has been asked.
local function lost()
  return redis.call('HGET', meta, 'run_id') ~= run_id()
end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local now = now_ms()

-- This server's clock was set back, or another server took over whose clock is behind: what waits, waits as
-- long as it was to, and not until the clock has come to where it had been. Otherwise no retraction would be
-- sent until then. A clock set ahead needs nothing: what waits is due early, and a lease ends early.
local BACK_MS = 2000
local seen = tonumber(redis.call('HGET', meta, 'clock') or '0')
if seen - now > BACK_MS then
  local by = seen - now
  for _, queue in ipairs({ due, urgent }) do
    for _, key in ipairs(redis.call('ZRANGE', queue, 0, -1)) do redis.call('ZINCRBY', queue, -by, key) end
  end
  local held = redis.call('HGETALL', busy)
  for place = 1, #held, 2 do
    local until_ms, token = string.match(held[place + 1], '^(%d+) (.*)$')
    redis.call('HSET', busy, held[place], string.format('%.0f %s', tonumber(until_ms) - by, token))
  end
  local score = tonumber(redis.call('HGET', meta, 'score') or '0')
  redis.call('HSET', meta, 'score', string.format('%.0f', math.max(0, score - by)))
end
redis.call('HSET', meta, 'clock', string.format('%.0f', now))

local function load_row(key)
  local row = redis.call('HGET', deliveries, key)
  return row and cjson.decode(row)
end

local function key_of(row) return row.fact .. '/' .. row.target end

-- Keeps a row that has changed; `logged` ones go to the log too.
local function save(row, logged)
  row.n, row.at = row.n + 1, now
  local text = cjson.encode(row)
  redis.call('HSET', deliveries, key_of(row), text)
  if logged then redis.call('XADD', outbox, '*', 'row', text) end
  return text
end

-- Retractions have a queue of their own, and it is looked at first.
local function queue_of(row)
  return row.kind == 'call-retracted' and urgent or due
end

local function put(row, at_ms)
  redis.call('ZADD', queue_of(row), string.format('%.0f', at_ms), key_of(row))
end

local function take_out(key)
  redis.call('ZREM', due, key)
  redis.call('ZREM', urgent, key)
end

local function free(target)
  local until_ms = string.match(redis.call('HGET', busy, target) or '', '^(%d+) ')
  return not until_ms or tonumber(until_ms) <= now
end

local function release(target, token)
  if string.match(redis.call('HGET', busy, target) or '', ' (.*)$') == token then
    redis.call('HDEL', busy, target)
  end
end
