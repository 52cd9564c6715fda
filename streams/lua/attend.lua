-- A worker's sign of life, once a second: makes the projection if there is none, notices a store that was
-- started again, and says where the log stands, so that a worker sees at once when the store has lost ground.
-- It also notes the pulse: what is counted of each partition beside how far the log goes. Nothing of it raises
-- the version.
-- KEYS meta offsets changes workers pulse
-- ARGV digest epoch_if_new changes_max worker kept_s left [partition end]…
-- `left` are the epochs that this worker has left for another, with spaces between them: a primary that a
-- failover was asked to replace, and that is the primary again before it followed anybody, is in the epoch that
-- it was in. Readers take that one for over, so it begins another.
-- Answers {'OK', epoch, version, {partition, next, …}} or {'DIGEST', theirs}

local meta, offsets, changes, workers, pulse = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local digest, epoch_if_new, changes_max, worker, kept_s = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local left = ARGV[6]

local life = life_of(meta, digest, epoch_if_new)
if life.refusal then return life.refusal end
for epoch in string.gmatch(left, '%S+') do
  if epoch == life.epoch then
    life.epoch, life.reborn = epoch_if_new, true
    break
  end
end
write_life(life, changes, changes_max, false, {})

local clock = redis.call('TIME')
local now = tonumber(clock[1])
local seen = redis.call('HGETALL', workers)
for place = 1, #seen, 2 do
  if now - tonumber(seen[place + 1]) > kept_s then redis.call('HDEL', workers, seen[place]) end
end
redis.call('HSET', workers, worker, string.format('%d', now))

local ms = string.format('%.0f', now * 1000 + math.floor(tonumber(clock[2]) / 1000))
for place = 7, #ARGV, 2 do
  local applied = redis.call('HGET', offsets, ARGV[place]) or '0'
  redis.call('HSET', pulse, ARGV[place], applied .. ' ' .. ARGV[place + 1] .. ' ' .. ms)
end
if #ARGV > 6 then redis.call('EXPIRE', pulse, kept_s) end
return { 'OK', life.epoch, life.version, redis.call('HGETALL', offsets) }
