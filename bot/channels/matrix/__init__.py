"""Matrix as a channel: rooms of people, rooms of coordinators, plain and encrypted.

=====================  =================================================================================================
``matrix_channel``     the channel: what the application opens, and the loop that reads and the calls that send
``matrix_settings``    what the operator set, checked; ``matrix_account``: signing in and staying signed in
``homeserver``         one request and what its failure means
``sealed_file``        what is kept on disk, encrypted; ``one_process``: no second process uses it
``encryption``         keys and sessions (matrix-nio's machine); ``cross_signing``, ``recovery_key``: why clients trust them
``sync_loop``          reads with every sync; ``syncing``: one answer becomes inputs; ``timelines``: one room's part of it
``event_reading``      the shape of one event; ``event_meaning``: what it means to Lotse; ``sign_meaning``: of a reaction
``own_messages``       what Lotse wrote itself; ``single_events``: one event from the server, in clear
``room_addresses``     where a conversation lives, ``case_places`` a case; ``late_keys``, ``failing_rooms``: what has to wait
``rooms``              who is in a room, and whether it is encrypted; ``directs``: rooms of two; ``invitations``;
                       ``verification_requests``: offers to verify Lotse, declined
``sending``            a delivery becomes events; ``event_writing``: a reply in HTML and plain text
=====================  =================================================================================================

matrix-nio is used for encryption alone. Its client keeps a sync token and runs callbacks before anything is stored, sleeps
inside a request when it is throttled, and gives up on a whole answer when one event in it is malformed; what a message
must survive here is decided by us.
"""
