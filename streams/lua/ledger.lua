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
    if until_ms then
      redis.call('HSET', busy, held[place], string.format('%.0f %s', tonumber(until_ms) - by, token))
    end
  end
  local score = tonumber(redis.call('HGET', meta, 'score') or '0')
  redis.call('HSET', meta, 'score', string.format('%.0f', math.max(0, score - by)))
end
redis.call('HSET', meta, 'clock', string.format('%.0f', now))

local function key_of(row) return row.fact .. '/' .. row.target end

local function take_out(key)
  redis.call('ZREM', due, key)
  redis.call('ZREM', urgent, key)
end

-- What `delivered.read_row` asks of a row, so that whoever is given one can read it.
local FIELDS = {
  string = {
    'fact', 'kind', 'target', 'channel', 'address', 'secrets', 'language', 'who', 'state', 'note', 'token',
  },
  number = { 'seq', 'tries', 'n', 'at' },
  boolean = { 'private', 'http', 'tried', 'retracted' },
}
local STATES = { queued = true, sent = true, retrying = true, acknowledged = true, dead = true, superseded = true }
local NUMBER_MAX = 1e13
local TAIL = '[\128-\191]'
local LETTERS = { -- of more than one byte (RFC 3629, 4)
  '[\194-\223]' .. TAIL,
  '\224[\160-\191]' .. TAIL, '[\225-\236\238\239]' .. TAIL .. TAIL, '\237[\128-\159]' .. TAIL,
  '\240[\144-\191]' .. TAIL .. TAIL, '[\241-\243]' .. TAIL .. TAIL .. TAIL, '\244[\128-\143]' .. TAIL .. TAIL,
}

local function is_text(text)
  if not string.find(text, '[\128-\255]') then return true end -- nearly all there is
  for _, letter in ipairs(LETTERS) do text = string.gsub(text, letter, '?') end
  return not string.find(text, '[\128-\255]')
end

local function is_row(row, key)
  if type(row) ~= 'table' then return false end
  for kind, names in pairs(FIELDS) do
    for _, name in ipairs(names) do
      if type(row[name]) ~= kind then return false end
    end
  end
  for _, name in ipairs(FIELDS.number) do
    local count = row[name]
    if not (count >= 0 and count <= NUMBER_MAX and count % 1 == 0) then return false end
  end
  return STATES[row.state] and key_of(row) == key
end

-- A row that is gone, or no row of ours: the store was damaged. It is forgotten, and with it the ledger is one
-- of another start: before anything more is given out, it is made again from the log, which has the row.
local function forget(key)
  redis.call('HDEL', deliveries, key)
  take_out(key)
  redis.call('SREM', calls, key)
  redis.call('HDEL', meta, 'run_id')
  redis.call('HINCRBY', meta, 'damaged', 1)
end

-- What is held of a delivery; nil where nothing is. One in a queue, or among the calls, must be there.
local function load_row(key, is_there)
  local text = redis.call('HGET', deliveries, key)
  if not text and not is_there then return nil end
  local read, row = pcall(cjson.decode, text or '')
  if read and is_text(text) and is_row(row, key) then return row end
  forget(key)
  return nil
end

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

local function free(target)
  local until_ms = string.match(redis.call('HGET', busy, target) or '', '^(%d+) ')
  return not until_ms or tonumber(until_ms) <= now
end

local function release(target, token)
  if string.match(redis.call('HGET', busy, target) or '', ' (.*)$') == token then
    redis.call('HDEL', busy, target)
  end
end
