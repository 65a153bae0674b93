-- Counts the stanzas of each account, to and from the server, for benches and tests.
-- The counts are in the file of the option tally_file, written twice a second.
module:set_global();

local filters = require "util.filters";
local json = require "util.json";

local file = module:get_option_string("tally_file");
local counts = {};

local function counter(session, direction)
	return function (stanza)
		local namespace = stanza.attr and stanza.attr.xmlns;
		if stanza.attr and (namespace == nil or namespace == "jabber:client") and session.username then
			local account = counts[session.username] or {};
			counts[session.username] = account;
			local kind = direction .. " " .. stanza.name;
			account[kind] = (account[kind] or 0) + 1;
		end
		return stanza;
	end
end

local function watch(session)
	if session.type == "c2s_unauthed" or session.type == "c2s" then
		filters.add_filter(session, "stanzas/in", counter(session, "in"), 10);
		filters.add_filter(session, "stanzas/out", counter(session, "out"), -10);
	end
end

filters.add_filter_hook(watch);

module:add_timer(0.5, function ()
	local draft = file .. ".draft";
	local output = assert(io.open(draft, "w"));
	output:write(json.encode(counts));
	output:close();
	os.rename(draft, file);
	return 0.5;
end);
