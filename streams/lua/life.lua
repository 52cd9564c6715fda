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

-- The audit chain (election/wire/audit.py): what a step says of one partition.
-- ARGV name first next refusals, the link before first ("" where the chain begins there), and the link of each
-- record, 32 bytes each.
-- Nothing is written here. The second answer refuses the step: there is a gap, or its records are not those of
-- the chain that is held: of another log, or of a replay that has begun anew since they were read.
local LINK = 32
local function read_span(offsets, links, take)
  local span = { key = links, name = take(), first = tonumber(take()), following = tonumber(take()) }
  span.refusals, span.before, span.links = take(), take(), take()
  span.stored = stored_offset(offsets, span.name)
  span.new = span.following > span.stored
  if span.first > span.stored then return span, { 'GAP', span.name, string.format('%d', span.stored) } end
  span.fresh = redis.call('HEXISTS', offsets, span.name) == 0
  local begins = span.stored - (span.fresh and 0 or redis.call('STRLEN', links) / LINK)
  local function held(offset) -- the link of the record before an offset
    if offset == begins then return '' end
    local at = (offset - begins) * LINK
    return redis.call('GETRANGE', links, string.format('%d', at - LINK), string.format('%d', at - 1))
  end
  local both = math.min(span.following, span.stored)
  local ours = both == span.first and span.before
    or string.sub(span.links, (both - span.first - 1) * LINK + 1, (both - span.first) * LINK)
  if span.first < begins or #span.links ~= (span.following - span.first) * LINK
      or span.before ~= held(span.first) or ours ~= held(both) then
    return span, { 'LINK', span.name }
  end
  return span
end

local function mark_of(span)
  local link = string.gsub(string.sub(span.links, -LINK), '.', function(byte)
    return string.format('%02x', string.byte(byte))
  end)
  return string.format('%d ', span.following) .. link
end

-- How far the version that is about to be written goes in each partition: among what moved in meta, so that
-- everybody who reads this version reads the same. A step without a new version leaves it to the next.
local function note_marks(life, chain, spans)
  local marks = {}
  local held = redis.call('HGETALL', chain)
  for place = 1, #held, 2 do marks[held[place]] = held[place + 1] end
  for _, span in ipairs(spans) do
    if span.new then marks[span.name] = mark_of(span) end
  end
  for name, mark in pairs(marks) do
    local field = 'link:' .. string.match(name, '[^.]*$')
    if redis.call('HGET', life.key, field) ~= mark then life.moved[field] = mark end
  end
end

-- The offset, the links and the mark of a partition, in one step with what was counted of it.
local function write_span(offsets, chain, span)
  if not span.new then return end
  if span.fresh then redis.call('DEL', span.key) end -- left over where only the offsets were taken away
  redis.call('APPEND', span.key, string.sub(span.links, (span.stored - span.first) * LINK + 1))
  redis.call('HSET', chain, span.name, mark_of(span))
  redis.call('HSET', offsets, span.name, string.format('%d', span.following))
end
