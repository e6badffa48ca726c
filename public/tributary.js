/*
 * The in-app inbox and Web Push of Tributary. Small, without dependencies, and without a look of its own.
 *
 * <script>
 *   window.tributaryMessages = { writeKey: "…" };
 * </script>
 * <script src="https://your-tributary/tributary.js" async></script>
 *
 * tributary.inbox.list()          {items: [{id, title, body, url, createdAt, read}], unread, pushKey}
 * tributary.inbox.read(id)        marks as read; also .click(id), .archive(id)
 * tributary.inbox.watch(fn, ms)   calls fn with the list now and every ms (a minute at least); returns how to stop
 * tributary.push.subscribe()      asks the browser, and takes Web Push for this visitor from then on
 *
 * The visitor is the device id that the SDK keeps ("ajs_anonymous_id", "rl_anonymous_id"), or `anonymousId` of the
 * settings. Web Push needs a service worker of your site: its push event holds JSON {title, body, link, image, message}.
 */
(function () {
  "use strict";
  var settings = window.tributaryMessages || {};
  var script = document.currentScript;
  var base = settings.url || (script && script.src ? new URL(script.src).origin : location.origin);

  function stored(name) {
    var value = null;
    try {
      value = localStorage.getItem(name);
    } catch (_) {
      /* storage is closed: the cookie is asked */
    }
    if (!value) {
      var found = document.cookie.match("(?:^|; )" + name + "=([^;]*)");
      value = found ? decodeURIComponent(found[1]) : null;
    }
    if (!value) return null;
    try {
      var parsed = JSON.parse(value);
      return typeof parsed === "string" ? parsed : null;
    } catch (_) {
      return value;
    }
  }

  function visitor() {
    var id = settings.anonymousId || stored("ajs_anonymous_id") || stored("rl_anonymous_id");
    if (!settings.writeKey || !id) throw new Error("tributary.js: needs a writeKey and the device id of the SDK");
    return { writeKey: settings.writeKey, anonymousId: id };
  }

  function ask(path, body) {
    var who = visitor();
    var url = base + "/v1/inbox" + path;
    var options = { headers: {}, credentials: "omit" };
    if (body) {
      options.method = "POST";
      options.headers["content-type"] = "application/json";
      options.body = JSON.stringify(Object.assign({}, who, body));
    } else url += "?writeKey=" + encodeURIComponent(who.writeKey) + "&anonymousId=" + encodeURIComponent(who.anonymousId);
    return fetch(url, options).then(function (response) {
      return response.json().then(function (answer) {
        if (!response.ok) throw new Error((answer.error && answer.error.message) || "tributary.js: " + response.status);
        return answer;
      });
    });
  }

  function mark(action) {
    return function (id) {
      return ask("", { id: id, action: action });
    };
  }

  function bytes(text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    var out = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  var inbox = {
    list: function () {
      return ask("");
    },
    read: mark("read"),
    click: mark("click"),
    archive: mark("archive"),
    watch: function (tell, ms) {
      var look = function () {
        if (!document.hidden) inbox.list().then(tell, function () {});
      };
      look();
      var timer = setInterval(look, Math.max(60000, ms || 0));
      return function () {
        clearInterval(timer);
      };
    },
  };

  var push = {
    subscribe: function () {
      return Promise.all([inbox.list(), navigator.serviceWorker.ready])
        .then(function (both) {
          if (!both[0].pushKey) throw new Error("tributary.js: no Web Push account is set up");
          return both[1].pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(both[0].pushKey) });
        })
        .then(function (subscription) {
          var plain = subscription.toJSON();
          return ask("/subscriptions", { subscription: { endpoint: plain.endpoint, keys: { p256dh: plain.keys.p256dh, auth: plain.keys.auth } } });
        });
    },
  };

  window.tributary = { inbox: inbox, push: push };
})();
