-- One batch of reports of one contest, applied as a whole or not at all.
-- It is applied only if every unit still holds the statement that the sums were computed from (the first 16
-- bytes of a unit's row: revision and edition), and if no offset of the log is left out. So the same batch
-- applied twice is no news, whoever sends it again and for whatever reason.
--
-- All rows of a source stand in one string, each at its place times its bytes; zeros are a unit of which
-- nothing is held (docs/decisions/0024-rows-in-one-string.md). Neighbouring places are read and written together.
--
-- KEYS meta offsets changes sources findings chain, the links of each partition, then for each section: rows
--      areas papers cleared
-- ARGV digest epoch_if_new changes_max,
--      partitions, then for each what `read_span` says, its refusals as "offset:ours:unreadable;" …
--      sections, then for each:
--        source heard ("" if nothing was accepted), clearances known,
--        units, tokens (16 bytes each), rows, row bytes, places (4 bytes each, little-endian; ascending is
--        quickest), units that the source has in all,
--        areas, for all their totals as believed and then as they are to be (doubles), columns, the ids,
--        papers, then id and JSON of each; papers gone, the ids; findings, then field and difference of each
-- Answers {'OK', epoch, version, for each section its areas' totals, packed; '' if all were as believed}
--      · {'MOVED', {places of units in section 1}, …} · {'GAP', partition, stored} · {'LINK', partition}
--      · {'DIGEST', theirs} · {'LIMIT', source, area} · {'CLEARED'}: clearances the sums did not know

local CHUNK = 1000 -- arguments handed to one command; Lua's stack holds some thousands
local NOTHING = string.rep('\0', 16) -- the token of a unit of which nothing is held
local HOLE = 16 -- rows between two units that are read with them: dearer than another command if there are more

local at = 3
local function take() at = at + 1; return ARGV[at] end
local function take_number() return tonumber(take()) end

local meta, offsets, changes, sources, findings, chain = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local life = life_of(meta, ARGV[1], ARGV[2])
if life.refusal then return life.refusal end

-- Offsets: never past the stored one. What lies before it was counted already, also as refused.
local spans, refused, unreadable = {}, 0, 0
for place = 1, take_number() do
  local span, refusal = read_span(offsets, KEYS[6 + place], take)
  if refusal then return refusal end
  spans[place] = span
  for offset, ours, nobodys in string.gmatch(span.refusals, '(%d+):(%d+):(%d+);') do
    if tonumber(offset) >= span.stored then
      refused = refused + tonumber(ours)
      unreadable = unreadable + tonumber(nobodys)
    end
  end
end

-- Read everything, refuse where anything moved.
local function read_section(place)
  local key = 3 + #spans + 4 * place
  local section = { held = KEYS[key], areas = KEYS[key + 1], papers = KEYS[key + 2] }
  section.source, section.heard, section.cleared = take(), take(), take_number()
  section.missed = redis.call('SCARD', KEYS[key + 3]) ~= section.cleared
  section.units, section.tokens, section.rows, section.width = take_number(), take(), take(), take_number()
  section.packed_places, section.all = take(), take_number()
  section.area_count, section.believed, section.meant = take_number(), take(), take()
  section.columns = take_number()
  section.area_at = at + 1
  at = at + section.area_count
  section.papers_at = at + 2
  section.paper_count = take_number()
  at = at + 2 * section.paper_count
  section.gone_at = at + 2
  section.gone = take_number()
  at = at + section.gone
  section.findings_at = at + 2
  section.finding_count = take_number()
  at = at + 2 * section.finding_count
  return section
end

-- The places of a section's units, in their order.
local function unpack_places(section)
  local places = {}
  for from = 0, section.units - 1, CHUNK do
    local count = math.min(CHUNK, section.units - from)
    local some = { struct.unpack('<' .. string.rep('I4', count), section.packed_places, from * 4 + 1) }
    for number = 1, count do places[from + number] = some[number] end
  end
  return places
end

local function number(value) return string.format('%d', value) end -- as text; Redis' own way is slower

local function moved_units(section)
  local moved, places, tokens, width, sub = {}, section.places, section.tokens, section.width, string.sub
  local from = 1
  while from <= section.units do
    local first, to = places[from], from
    while to < section.units and places[to + 1] > places[to] and places[to + 1] - places[to] <= HOLE + 1
        and places[to + 1] - first < CHUNK do
      to = to + 1
    end
    local start, last = first * width, places[to] * width + 15
    local held = redis.call('GETRANGE', section.held, number(start), number(last))
    for unit = from, to do
      local row = places[unit] * width - start
      local token = sub(held, row + 1, row + 16)
      if token == '' then token = NOTHING end -- there is no string yet: it is made whole with its first row
      if token ~= sub(tokens, unit * 16 - 15, unit * 16) then moved[#moved + 1] = unit - 1 end
    end
    from = to + 1
  end
  return moved
end

-- A total that moves as whoever summed meant it to, but from what is held; nil where that leaves the whole
-- numbers. Columns that do not move were looked at when they were written.
local function moved_total(form, columns, held, believed, meant)
  local total, from = { struct.unpack(form, held) }, { struct.unpack(form, believed) }
  local to = { struct.unpack(form, meant) }
  for column = 1, columns do
    local move = to[column] - from[column]
    if move ~= 0 then
      local sum = total[column] + move
      if sum < 0 or sum >= CLEAN_TO then return nil end
      total[column] = sum
    end
  end
  return struct.pack(form, unpack(total, 1, columns))
end

-- The new totals of a section's areas, packed, in their order, and whether all were held as believed. Answers
-- the area that would leave the whole numbers, or nil.
-- A total that is held as believed becomes what is meant, which is the same sum without being reckoned here.
local function sum_totals(section)
  local columns, totals, sub = section.columns, {}, string.sub
  local form, bytes = '<' .. string.rep('d', columns), columns * 8
  local nothing = string.rep('\0', bytes)
  section.as_believed = true
  for from = 0, section.area_count - 1, CHUNK do
    local to = math.min(from + CHUNK, section.area_count) - 1
    local all = redis.call('HMGET', section.areas, unpack(ARGV, section.area_at + from, section.area_at + to))
    for place = from, to do
      local held, first, last = all[place - from + 1] or nothing, place * bytes + 1, (place + 1) * bytes
      local believed, total = sub(section.believed, first, last), sub(section.meant, first, last)
      if held ~= believed then
        section.as_believed = false
        total = moved_total(form, columns, held, believed, total)
        if not total then return ARGV[section.area_at + place] end
      end
      totals[place + 1] = total
    end
  end
  section.totals = totals
  section.packed = section.as_believed and section.meant or table.concat(totals)
end

local sections, moved, any_moved, any_missed = {}, {}, false, false
for place = 1, take_number() do
  sections[place] = read_section(place)
  sections[place].places = unpack_places(sections[place])
  moved[place] = moved_units(sections[place])
  any_moved = any_moved or #moved[place] > 0
  any_missed = any_missed or sections[place].missed
end
if any_missed then return { 'CLEARED' } end
if any_moved then return { 'MOVED', unpack(moved) } end
for _, section in ipairs(sections) do
  local wrong = sum_totals(section)
  if wrong then return { 'LIMIT', section.source, wrong } end
end

-- What changes; from here on nothing is refused.
local changed, fields, finding_moves = false, {}, {}
for _, section in ipairs(sections) do
  changed = changed or section.units > 0
  if section.heard ~= '' and later(section.heard, redis.call('HGET', sources, section.source) or '') then
    changed, section.newer = true, true
    fields[#fields + 1] = 'heard:' .. section.source
    fields[#fields + 1] = section.heard
    if later(section.heard, life.at) then life.at = section.heard end
  end
  if section.area_count > 0 then
    fields[#fields + 1] = 'areas:' .. section.source
    fields[#fields + 1] = table.concat(ARGV, '\n', section.area_at, section.area_at + section.area_count - 1)
    fields[#fields + 1] = 'rows:' .. section.source
    fields[#fields + 1] = section.packed
  end
  for place = section.findings_at, section.findings_at + 2 * section.finding_count - 1, 2 do
    local name = ARGV[place]
    finding_moves[name] = tonumber(redis.call('HGET', findings, name) or '0') + tonumber(ARGV[place + 1])
  end
end
if next(finding_moves) then
  fields[#fields + 1] = 'findings'
  fields[#fields + 1] = cjson.encode(finding_moves)
end
for name, more in pairs({ refused = refused, unreadable = unreadable }) do
  if more > 0 then
    changed = true
    life.moved[name] = string.format('%d', tonumber(redis.call('HGET', meta, name) or '0') + more)
  end
end

-- A string is made whole at once, and before all else: a server that cannot hold it refuses it here, and what
-- is written by then says that nothing is held.
for _, section in ipairs(sections) do
  local bytes = section.all * section.width
  if section.units > 0 and redis.call('STRLEN', section.held) < bytes then
    redis.call('SETRANGE', section.held, number(bytes - 1), '\0')
  end
end
if changed or life.reborn then note_marks(life, chain, spans) end
write_life(life, changes, ARGV[3], changed, fields)
for name, count in pairs(finding_moves) do
  if count > 0 then redis.call('HSET', findings, name, count) else redis.call('HDEL', findings, name) end
end

local function write_pairs(key, count, pair)
  for from = 0, count - 1, CHUNK do
    local args = {}
    for place = from, math.min(from + CHUNK, count) - 1 do
      args[#args + 1], args[#args + 2] = pair(place)
    end
    redis.call('HSET', key, unpack(args))
  end
end

local function write_rows(section)
  local places, width, from = section.places, section.width, 1
  while from <= section.units do
    local to = from
    while to < section.units and places[to + 1] == places[to] + 1 do to = to + 1 end
    redis.call('SETRANGE', section.held, number(places[from] * width),
      string.sub(section.rows, (from - 1) * width + 1, to * width))
    from = to + 1
  end
end

for _, section in ipairs(sections) do
  write_rows(section)
  write_pairs(section.areas, section.area_count, function(place)
    return ARGV[section.area_at + place], section.totals[place + 1]
  end)
  write_pairs(section.papers, section.paper_count, function(place)
    return ARGV[section.papers_at + 2 * place], ARGV[section.papers_at + 2 * place + 1]
  end)
  for place = section.gone_at, section.gone_at + section.gone - 1 do
    redis.call('HDEL', section.papers, ARGV[place])
  end
  if section.newer then redis.call('HSET', sources, section.source, section.heard) end
end
for _, span in ipairs(spans) do write_span(offsets, chain, span) end
local said = { 'OK', life.epoch, life.version }
for place, section in ipairs(sections) do said[3 + place] = section.as_believed and '' or section.packed end
return said
