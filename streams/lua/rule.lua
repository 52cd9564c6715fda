-- Rulings of one contest, each taken in once: kept as they came, and what they settle written to meta.
-- KEYS meta offsets changes rulings
-- ARGV digest epoch_if_new changes_max partition first next,
--      refusals ("offset:ours:unreadable;" …), rulings, then for each: offset heard_at bytes,
--      fields, then name and value of each of them
-- Answers {'OK', epoch, version} · {'GAP', partition, stored} · {'DIGEST', theirs}

local at = 3
local function take() at = at + 1; return ARGV[at] end
local function take_number() return tonumber(take()) end

local meta, offsets, changes, rulings = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local life = life_of(meta, ARGV[1], ARGV[2])
if life.refusal then return life.refusal end

local partition, first, following = take(), take_number(), take_number()
local stored = stored_offset(offsets, partition)
if first > stored then return { 'GAP', partition, string.format('%d', stored) } end

count_refusals(life, stored, take())

local kept = {}
for _ = 1, take_number() do
  local offset, heard, bytes, fields = take_number(), take(), take(), take_number()
  for _ = 1, fields do
    local name, value = take(), take()
    if offset >= stored then life.moved[name] = value end
  end
  if offset >= stored then
    kept[#kept + 1] = bytes
    if later(heard, life.at) then life.at = heard end
  end
end

write_life(life, changes, ARGV[3], #kept > 0 or next(life.moved) ~= nil, {})
for _, bytes in ipairs(kept) do redis.call('RPUSH', rulings, bytes) end
if following > stored then redis.call('HSET', offsets, partition, string.format('%d', following)) end
return { 'OK', life.epoch, life.version }
