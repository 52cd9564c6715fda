-- What was told of one contest, applied once and in the order of its topic: a fact is accepted only if it
-- names the fact accepted last as the one before it. So acceptance hangs on the topic's order alone: a record
-- sent twice, or by a worker that was wrong about being the evaluator, is no news, also when Redis is rebuilt.
-- KEYS meta offsets changes told told_ids chain links
-- ARGV digest epoch_if_new changes_max, what `read_span` says (refusals: "offset:ours:unreadable;" …), facts, then for each: offset id prev seq bytes
-- Answers {'OK', epoch, version} · {'GAP', partition, stored} · {'LINK', partition} · {'DIGEST', theirs}

local at = 3
local function take() at = at + 1; return ARGV[at] end
local function take_number() return tonumber(take()) end

local meta, offsets, changes, told, told_ids, chain = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local life = life_of(meta, ARGV[1], ARGV[2])
if life.refusal then return life.refusal end

local span, refusal = read_span(offsets, KEYS[7], take)
if refusal then return refusal end
local stored = span.stored
count_refusals(life, stored, span.refusals)

local held = redis.call('HMGET', meta, 'told', 'told_seq')
local last, seq = held[1] or '', tonumber(held[2] or '0')
local accepted, new = {}, {}
for _ = 1, take_number() do
  local offset, id, prev, its_seq, bytes = take_number(), take(), take(), take_number(), take()
  local known = new[id] or redis.call('SISMEMBER', told_ids, id) == 1
  if offset >= stored and prev == last and its_seq == seq + 1 and not known then
    last, seq, new[id] = id, its_seq, true
    accepted[#accepted + 1] = { seq = its_seq, id = id, bytes = bytes }
  end
end
if #accepted > 0 then
  life.moved['told'] = last
  life.moved['told_seq'] = string.format('%d', seq)
end

local fields, values = {}, {}
for place, fact in ipairs(accepted) do values[place] = fact.bytes end
if #values > 0 then fields = { 'told', table.concat(values, '\n') } end
local changed = next(life.moved) ~= nil
if changed or life.reborn then note_marks(life, chain, { span }) end
write_life(life, changes, ARGV[3], changed, fields)
for _, fact in ipairs(accepted) do
  redis.call('XADD', told, string.format('%d-0', fact.seq), 'told', fact.bytes)
  redis.call('SADD', told_ids, fact.id)
end
write_span(offsets, chain, span)
return { 'OK', life.epoch, life.version }
