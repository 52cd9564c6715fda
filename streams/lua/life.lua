-- The life of a projection: its epoch, its version, and one entry of the change stream a version.
-- Know before changing: this text stands before each of the other scripts; it reads everything first and
-- writes nothing, so that a script can still refuse. Redis does not take a write back when a script fails.

local CLEAN_TO = 9007199254740992 -- 2^53: above it a double no longer holds every whole number

-- The run_id names one start of one server: restarted, failed over or flushed by a restart, it differs, and
-- what this server held before may be less than what clients were shown.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end

-- What meta says now; `life.refusal` is set where processes hold different facts of the night.
local function life_of(meta, digest, epoch_if_new)
  local held = redis.call('HMGET', meta, 'epoch', 'version', 'run_id', 'digest', 'at')
  local life = {
    key = meta, epoch = held[1], version = tonumber(held[2] or '0'), run_id = run_id(), at = held[5] or '',
    fresh = not held[1], moved = {}, reborn = false,
  }
  if held[4] and held[4] ~= digest then
    life.refusal = { 'DIGEST', held[4] }
  end
  if held[3] ~= life.run_id then
    life.epoch = epoch_if_new
    life.reborn = not life.fresh
  end
  life.digest = digest
  return life
end

-- Times as text order as the times they name, if years have four digits; a shorter text is an earlier year.
local function later(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end

-- Writes meta and, if anything changed, the next version with its entry. Call it first among the writes: an
-- entry that the stream refuses must leave everything as it was.
local function write_life(life, changes, changes_max, changed, fields)
  if changed or life.reborn then
    local prev = life.version
    life.version = prev + 1
    local entry = { 'prev', string.format('%d', prev), 'epoch', life.epoch, 'at', life.at }
    for _, value in ipairs(fields) do entry[#entry + 1] = value end
    if next(life.moved) then
      entry[#entry + 1] = 'meta'
      entry[#entry + 1] = cjson.encode(life.moved)
    end
    redis.call('XADD', changes, 'MAXLEN', '~', changes_max, string.format('%d-0', life.version), unpack(entry))
  elseif not life.fresh then
    return
  end
  redis.call('HSET', life.key, 'epoch', life.epoch, 'version', string.format('%d', life.version),
    'run_id', life.run_id, 'digest', life.digest, 'at', life.at)
  for name, value in pairs(life.moved) do redis.call('HSET', life.key, name, value) end
end

-- Counts what was refused at offsets that were not applied before: "offset:ours:unreadable;" …
local function count_refusals(life, stored, refusals)
  for offset, ours, nobodys in string.gmatch(refusals, '(%d+):(%d+):(%d+);') do
    if tonumber(offset) >= stored then
      for name, more in pairs({ refused = tonumber(ours), unreadable = tonumber(nobodys) }) do
        if more > 0 then
          local before = tonumber(life.moved[name] or redis.call('HGET', life.key, name) or '0')
          life.moved[name] = string.format('%d', before + more)
        end
      end
    end
  end
end

-- The offset stored for a partition: the next one to apply. Nothing stored: nothing of it was ever applied.
local function stored_offset(offsets, partition)
  return tonumber(redis.call('HGET', offsets, partition) or '0')
end
