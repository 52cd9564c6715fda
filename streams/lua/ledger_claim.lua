-- Gives out what is due, one delivery a target, retractions first. Who takes one holds it and its target for a
-- while (the lease); after that it is due again, for whoever asks.
-- A call waits as long as a retraction to the same target is open, so that it cannot overtake it.
-- ARGV token lease_ms room_urgent room
-- Answers {'OK', ms until the next is due or -1, id of the outbox's last entry, rows …} · {'LOST'}

if lost() then return { 'LOST' } end
local token, lease_ms = ARGV[1], tonumber(ARGV[2])
local taken = {}

local function take(key)
  local row = load_row(key, true)
  if not row then return false end
  -- That a call may have been sent must outlive this store: without it nobody would hear of its retraction.
  local logged = row.kind == 'call-made' and not row.tried
  row.state, row.tries, row.tried, row.token = 'sent', row.tries + 1, true, token
  put(row, now + lease_ms)
  redis.call('HSET', busy, row.target, string.format('%.0f %s', now + lease_ms, token))
  taken[#taken + 1] = save(row, logged)
  return true
end

local function target_of(key) return string.match(key, '/(.*)$') or '' end

local retracting, room = {}, tonumber(ARGV[3])
local waiting = redis.call('ZRANGE', urgent, 0, -1, 'WITHSCORES')
for place = 1, #waiting, 2 do
  local target = target_of(waiting[place])
  if room > 0 and tonumber(waiting[place + 1]) <= now and free(target) and take(waiting[place]) then
    room = room - 1
  end
  retracting[target] = true
end

room = tonumber(ARGV[4])
if room > 0 then
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', string.format('%.0f', now))) do
    local target = target_of(key)
    local waits = retracting[target] and redis.call('SISMEMBER', calls, key) == 1
    if not waits and free(target) and take(key) then
      room = room - 1
      if room == 0 then break end
    end
  end
end

local next_ms = -1
for _, queue in ipairs({ due, urgent }) do
  local first = redis.call('ZRANGEBYSCORE', queue, string.format('(%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if first[2] and (next_ms < 0 or tonumber(first[2]) - now < next_ms) then next_ms = tonumber(first[2]) - now end
end
local last = redis.call('XREVRANGE', outbox, '+', '-', 'COUNT', 1)
return { 'OK', next_ms, last[1] and last[1][1] or '', unpack(taken) }
