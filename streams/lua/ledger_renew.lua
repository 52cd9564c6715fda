-- The holder of deliveries is still at work: each is its own for another while.
-- ARGV lease_ms, then key and token of each
-- Answers {'OK', 1 or 0 for each: 0 where it is not, or no longer, its own} · {'LOST'}

if lost() then return { 'LOST' } end
local until_ms = now + tonumber(ARGV[1])
local answers = {}
for place = 2, #ARGV, 2 do
  local key, token = ARGV[place], ARGV[place + 1]
  local row = load_row(key)
  local own = row and row.token == token and row.state == 'sent'
  if own then
    put(row, until_ms)
    redis.call('HSET', busy, row.target, string.format('%.0f %s', until_ms, token))
  end
  answers[#answers + 1] = own and 1 or 0
end
return { 'OK', unpack(answers) }
