-- What became of a delivery that was in somebody's hand. An acknowledgement counts whoever brings it; anything
-- else only from the one who holds it.
-- ARGV token outcome delay_ms note row (as it was given out, for a ledger that has forgotten it)
--      outcome: acknowledged · dead · retrying (due again after the delay) · untried (the try does not count)
-- Answers {'OK'} · {'NOT'}: it was superseded, or is in another's hand · {'LOST'}

if lost() then return { 'LOST' } end
local token, outcome, delay_ms, note = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local given = cjson.decode(ARGV[5])
local key = key_of(given)
local row = load_row(key)
release(given.target, token)

if outcome == 'acknowledged' then
  row = row or given
  if row.state == 'superseded' or row.state == 'acknowledged' then return { 'NOT' } end
  if row.kind == 'call-made' and not row.retracted then redis.call('SADD', calls, key) end
elseif not row or row.token ~= token or row.state ~= 'sent' then
  return { 'NOT' }
end

row.note, row.token = note, ''
if outcome == 'retrying' or outcome == 'untried' then
  row.state = 'retrying'
  if outcome == 'untried' then row.tries = row.tries - 1 end
  put(row, now + delay_ms)
  save(row, false)
else
  row.state = outcome
  take_out(key)
  save(row, true)
end
return { 'OK' }
