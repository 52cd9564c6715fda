-- Rulings of one contest, each taken in once: kept as they came, and what they settle written to meta.
-- KEYS meta offsets changes rulings chain links
-- ARGV digest epoch_if_new changes_max, what `read_span` says (refusals: "offset:ours:unreadable;" …), rulings, then for each: offset heard_at bytes,
--      fields, then name and value of each of them
-- Answers {'OK', epoch, version} · {'GAP', partition, stored} · {'LINK', partition} · {'DIGEST', theirs}

local at = 3
local function take() at = at + 1; return ARGV[at] end
local function take_number() return tonumber(take()) end

local meta, offsets, changes, rulings, chain = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local life = life_of(meta, ARGV[1], ARGV[2])
if life.refusal then return life.refusal end

local span, refusal = read_span(offsets, KEYS[6], take)
if refusal then return refusal end
local stored = span.stored
count_refusals(life, stored, span.refusals)

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

local changed = #kept > 0 or next(life.moved) ~= nil
if changed or life.reborn then note_marks(life, chain, { span }) end
write_life(life, changes, ARGV[3], changed, {})
for _, bytes in ipairs(kept) do redis.call('RPUSH', rulings, bytes) end
write_span(offsets, chain, span)
return { 'OK', life.epoch, life.version }
