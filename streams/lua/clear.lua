-- Quarantine that a person cleared: kept by unit and revision, so that a paper heard later counts at once.
-- A batch says how many clearances it knew when it was summed (apply.lua); one that missed some is summed
-- again. Kept before the ruling's offset is: a worker that dies in between does it again, which is no news.
-- A store that was emptied since the ruling was read keeps none of it: whoever counts on from there reads it again.
-- KEYS meta cleared offsets
-- ARGV digest, partition and offset of the first ruling in hand, then unit/revision …
-- Answers {'OK', epoch, version} · {'DIGEST', theirs} · {'GAP', partition, stored}

local held = redis.call('HMGET', KEYS[1], 'digest', 'epoch', 'version')
if held[1] and held[1] ~= ARGV[1] then return { 'DIGEST', held[1] } end
local stored = stored_offset(KEYS[3], ARGV[2])
if tonumber(ARGV[3]) > stored then return { 'GAP', ARGV[2], string.format('%d', stored) } end
for place = 4, #ARGV do redis.call('SADD', KEYS[2], ARGV[place]) end
return { 'OK', held[2] or '', held[3] or '0' }
