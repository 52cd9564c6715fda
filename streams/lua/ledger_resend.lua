-- A dead delivery is tried again from the beginning, because somebody asked for it.
-- ARGV key
-- Answers {'OK'} · {'NOT', its state, or ''} · {'RETRACTED'}: a call that no longer stands is not sent again
--      · {'LOST'}: the log may know of a retraction that this store has lost

if lost() then return { 'LOST' } end
local row = load_row(ARGV[1])
if not row or row.state ~= 'dead' then return { 'NOT', row and row.state or '' } end
if row.retracted then return { 'RETRACTED' } end
row.state, row.tries, row.note = 'queued', 0, ''
put(row, now)
save(row, true)
return { 'OK' }
