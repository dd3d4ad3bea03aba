// People with an independent Matrix client: matrix-js-sdk, whose encryption is another implementation than ours.
// One line of JSON in, {id, ...arguments}; one line out, {id, result} or {id, error}. {changed: room} tells that a
// timeline may have changed. Everything the client itself wants to say goes to standard error.
import * as readline from "node:readline";
for (const level of ["log", "info", "debug", "warn", "trace"]) console[level] = () => {};
const sdk = await import("matrix-js-sdk");
const { OnlySignedDevicesIsolationMode, AllDevicesIsolationMode } = await import("matrix-js-sdk/lib/crypto-api/index.js");
const { VerificationPhase } = await import("matrix-js-sdk/lib/crypto-api/verification.js");
const { logger } = await import("matrix-js-sdk/lib/logger.js");
logger.setLevel?.("silent");

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const clients = new Map();
const MEGOLM = { algorithm: "m.megolm.v1.aes-sha2" };

const once = (client, name, holds) =>
  new Promise((resolve) => {
    const look = (...what) => holds(...what) && (client.off(name, look), resolve());
    client.on(name, look);
  });

const commands = {
  async login({ homeserver, user, password, strict, refreshing }) {
    const door = sdk.createClient({ baseUrl: homeserver });
    const login = await door.loginRequest({
      type: "m.login.password", identifier: { type: "m.id.user", user }, password, refresh_token: refreshing,
    });
    const client = sdk.createClient({
      baseUrl: homeserver, userId: login.user_id, deviceId: login.device_id, accessToken: login.access_token,
      cryptoCallbacks: {}, logger,
    });
    await client.initRustCrypto({ useIndexedDB: false });
    const prepared = once(client, "sync", (state) => state === "PREPARED");
    for (const name of ["Room.timeline", "Event.decrypted", "Room.redaction", "RoomMember.membership", "Event.replaced", "RoomState.events"])
      client.on(name, () => say({ changed: user }));
    client.typed = [];
    client.on("RoomMember.typing", (event, { roomId, userId, typing }) => {
      client.typed.push({ room: roomId, who: userId, typing });
      say({ changed: user });
    });
    await client.startClient({ initialSyncLimit: 20, threadSupport: false });
    await prepared;
    if (strict) {
      await client.getCrypto().bootstrapCrossSigning({ setupNewCrossSigning: true, authUploadDeviceSigningKeys: (ask) => ask(null) });
      client.getCrypto().setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
    } else client.getCrypto().setDeviceIsolationMode(new AllDevicesIsolationMode(false));
    clients.set(user, client);
    return { device: login.device_id, token: login.access_token };
  },
  async room({ user, invite, encrypted, direct }) {
    const state = encrypted ? [{ type: "m.room.encryption", state_key: "", content: MEGOLM }] : [];
    return clients.get(user).createRoom({ invite, preset: "private_chat", is_direct: direct, initial_state: state });
  },
  members({ user, room }) {
    const found = clients.get(user).getRoom(room);
    return Object.fromEntries((found?.getMembers() ?? []).map((member) => [member.userId, member.membership]));
  },
  invitations({ user }) {
    return clients.get(user).getRooms().filter((room) => room.getMyMembership() === "invite").map((room) => room.roomId);
  },
  async join({ user, room }) {
    await clients.get(user).joinRoom(room);
  },
  async invite({ user, room, invited }) {
    await clients.get(user).invite(room, invited);
  },
  async leave({ user, room }) {
    await clients.get(user).leave(room);
  },
  async send({ user, room, kind, content }) {
    return (await clients.get(user).sendEvent(room, kind ?? "m.room.message", content)).event_id;
  },
  async redact({ user, room, event }) {
    return (await clients.get(user).redactEvent(room, event)).event_id;
  },
  async timeline({ user, room }) {
    const client = clients.get(user);
    const events = client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
    return Promise.all(events.map(async (event) => ({
      id: event.getId(), sender: event.getSender(), type: event.getType(), wire: event.getWireType(),
      content: event.getContent(), relation: event.getWireContent()["m.relates_to"], txn: event.getUnsigned().transaction_id,
      failed: event.isDecryptionFailure(), redacted: event.isRedacted(), state: event.isState(),
      shield: event.isEncrypted() ? (await client.getCrypto().getEncryptionInfoForEvent(event))?.shieldColour : undefined,
    })));
  },
  typing({ user, room }) {
    // Each time somebody was seen to begin or to stop typing there.
    return clients.get(user).typed.filter((each) => each.room === room).map(({ who, typing }) => [who, typing]);
  },
  async devices({ user, other }) {
    return [...((await clients.get(user).getCrypto().getUserDeviceInfo([other], true)).get(other)?.keys() ?? [])];
  },
  async fingerprint({ user, other }) {
    return [...(await clients.get(user).getCrypto().getUserDeviceInfo([other], true)).get(other).values()][0].getFingerprint();
  },
  async verify({ user, other, room, device }) {
    // Offers to verify somebody, in a room or to one device; answers once that has come to an end.
    const crypto = clients.get(user).getCrypto();
    const request = await (room ? crypto.requestVerificationDM(other, room) : crypto.requestDeviceVerification(other, device));
    if (request.phase !== VerificationPhase.Cancelled)
      await once(request, "change", () => request.phase === VerificationPhase.Cancelled);
    return { code: request.cancellationCode, by: request.cancellingUserId };
  },
  async forgetRoomKey({ user, room }) {
    await clients.get(user).getCrypto().forceDiscardSession(room);
  },
  async logout({ user }) {
    clients.get(user).stopClient();
    await clients.get(user).logout(true);
    clients.delete(user);
  },
  async withhold({ user, on, keep }) {
    // Keys for rooms are not handed out while this is on: what is sent meanwhile cannot be read, as when they are late.
    // They are handed out at its end; with keep, at a later one.
    const client = clients.get(user);
    client.kept ??= [];
    client.handOut ??= client.http.authedRequest.bind(client.http);
    if (on)
      client.http.authedRequest = (method, path, ...rest) =>
        path.includes("/sendToDevice/m.room.encrypted")
          ? (client.kept.push([method, path, ...rest]), Promise.resolve(rest[2]?.json === false ? "{}" : {}))
          : client.handOut(method, path, ...rest);
    else {
      client.http.authedRequest = client.handOut;
      for (const request of keep ? [] : client.kept.splice(0)) await client.handOut(...request);
    }
  },
  stop({ user }) {
    clients.get(user)?.stopClient();
    clients.delete(user);
  },
};

say({ ready: true });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, command, ...given } = JSON.parse(line);
  Promise.resolve()
    .then(() => commands[command](given))
    .then((result) => say({ id, result: result ?? null }), (error) => say({ id, error: String(error?.stack ?? error) }));
}
process.exit(0);
