/*
 * Consent banner of Tributary. Small, without dependencies, in a shadow root of its own.
 *
 * <script>
 *   window.tributaryConsent = { writeKey: "…", texts: { title: "…" }, purposes: [ … ] };
 * </script>
 * <script src="https://your-tributary/consent.js" async></script>
 *
 * Until somebody chooses, everything is denied (Google Consent Mode v2 too). Global Privacy Control denies what is a
 * sale or sharing without asking. A choice is kept in this browser, told to Google, __gpp, __uspapi and (with a CMP id
 * of yours) __tcfapi, and sent to Tributary as the event "Segment Consent Preference Updated".
 */
(function () {
  "use strict";
  var script = document.currentScript;
  var given = window.tributaryConsent || {};
  var host = given.host || (script && new URL(script.src).origin) || "";
  var STORE = "tributary_consent";

  var TEXTS = {
    title: "Your privacy",
    intro: "We would like to use data about your visit. Choose what we may do; you can change it at any time.",
    accept: "Accept all",
    reject: "Reject all",
    choose: "Choose",
    save: "Save choices",
    gpc: "Your browser asks not to sell or share data, so this stays off.",
    more: "Privacy notice",
  };
  var texts = Object.assign({}, TEXTS, given.texts);

  /* tcf: IAB TCF purposes that go with it. sale: a sale, sharing or targeted advertising in US law. */
  var purposes = given.purposes || [
    { id: "analytics", title: "Analytics", text: "Learning how this site is used.", tcf: [8, 9] },
    { id: "personalisation", title: "Personalisation", text: "Showing content that fits you.", tcf: [5, 6] },
    { id: "advertising", title: "Advertising", text: "Showing and measuring ads that fit you.", tcf: [1, 2, 3, 4, 7], sale: true },
  ];
  var gpc = navigator.globalPrivacyControl === true;

  var read = function (key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      return null;
    }
  };
  var write = function (key, value) {
    try {
      localStorage.setItem(key, value);
    } catch (error) {
      /* Storage is switched off: the choice holds for this page. */
    }
  };
  var random = function () {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (b) {
      return b.toString(16).padStart(2, "0");
    }).join("");
  };

  var state = null;
  try {
    var kept = JSON.parse(read(STORE) || "null");
    if (kept && typeof kept === "object" && kept.choices && typeof kept.choices === "object") state = kept;
  } catch (error) {
    /* Not ours, or damaged: as if nobody had chosen. */
  }

  function granted(purpose) {
    if (gpc && purpose.sale && !(state && state.explicit && state.explicit[purpose.id])) return false;
    return Boolean(state && state.choices[purpose.id] === true);
  }
  function tcfPurposes() {
    var out = {};
    purposes.forEach(function (purpose) {
      if (granted(purpose))
        (purpose.tcf || []).forEach(function (id) {
          out[id] = true;
        });
    });
    return out;
  }

  /* --- Google Consent Mode v2 ---------------------------------------------------------------------------------- */
  window.dataLayer = window.dataLayer || [];
  function gtag() {
    window.dataLayer.push(arguments);
  }
  function googleSignals() {
    var p = tcfPurposes();
    var word = function (yes) {
      return yes ? "granted" : "denied";
    };
    return {
      ad_storage: word(p[1]),
      ad_user_data: word(p[1] && p[7]),
      ad_personalization: word(p[3] && p[4]),
      analytics_storage: word(p[8]),
      personalization_storage: word(p[5]),
      functionality_storage: "granted",
      security_storage: "granted",
    };
  }
  gtag("consent", "default", Object.assign({ wait_for_update: 500 }, googleSignals()));

  /* --- IAB ------------------------------------------------------------------------------------------------------ */
  function soldOut() {
    return purposes.some(function (purpose) {
      return purpose.sale && !granted(purpose);
    });
  }
  function usp() {
    return state || gpc ? "1Y" + (soldOut() ? "Y" : "N") + "N" : "1---";
  }
  /* GPP header for the one section uspv1 (6), and the section itself. */
  function gpp() {
    return "DBABTA~" + usp();
  }
  var BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  function bits() {
    var text = "";
    var api = {
      int: function (value, length) {
        /* Longer than 32 bits: times. */
        text += value.toString(2).padStart(length, "0").slice(-length);
        return api;
      },
      flags: function (yes, length) {
        for (var i = 1; i <= length; i++) text += yes(i) ? "1" : "0";
        return api;
      },
      letters: function (word) {
        word.split("").forEach(function (letter) {
          api.int(letter.charCodeAt(0) - 65, 6);
        });
        return api;
      },
      done: function () {
        var out = "";
        for (var i = 0; i < text.length; i += 6) out += BASE64[parseInt(text.slice(i, i + 6).padEnd(6, "0"), 2)];
        return out;
      },
    };
    return api;
  }
  /* A TCF 2.3 string needs a CMP id that the IAB gave to you; without one there is none. */
  function tcString() {
    if (!given.cmpId || !state) return "";
    var p = tcfPurposes();
    var vendors = (given.tcfVendors || []).slice().sort(function (a, b) {
      return a - b;
    });
    var max = vendors[vendors.length - 1] || 0;
    var inList = function (id) {
      return vendors.indexOf(id) >= 0;
    };
    var day = Math.floor(state.at / 86400000) * 864000;
    var language = (document.documentElement.lang || "en").slice(0, 2).toUpperCase();
    var core = bits()
      .int(2, 6)
      .int(day, 36)
      .int(day, 36)
      .int(given.cmpId, 12)
      .int(given.cmpVersion || 1, 12)
      .int(1, 6)
      .letters(/^[A-Z]{2}$/.test(language) ? language : "EN")
      .int(given.vendorListVersion || 1, 12)
      .int(5, 6)
      .int(1, 1)
      .int(0, 1)
      .int(0, 12)
      .flags(function (id) {
        return p[id];
      }, 24)
      .int(0, 24)
      .int(0, 1)
      .letters(given.publisherCountry || "AA")
      .int(max, 16)
      .int(0, 1)
      .flags(function (id) {
        return p[1] && inList(id);
      }, max)
      .int(0, 16)
      .int(0, 1)
      .int(0, 12)
      .done();
    var disclosed = bits().int(1, 3).int(max, 16).int(0, 1).flags(inList, max).done();
    return core + "." + disclosed;
  }
  var listeners = [];
  function tell() {
    gtag("consent", "update", googleSignals());
    write("IABGPP_HDR_GppString", gpp());
    if (given.cmpId) write("IABTCF_TCString", tcString());
    document.cookie = "usprivacy=" + usp() + ";path=/;max-age=34128000;samesite=lax" + (location.protocol === "https:" ? ";secure" : "");
    listeners.forEach(function (one) {
      one();
    });
    window.dispatchEvent(new CustomEvent("tributary:consent", { detail: api.state() }));
  }
  window.__uspapi =
    window.__uspapi ||
    function (command, version, callback) {
      if (command === "getUSPData" && version === 1) callback({ version: 1, uspString: usp() }, true);
      else callback(null, false);
    };
  window.__gpp =
    window.__gpp ||
    function (command, callback, parameter) {
      var ping = function () {
        return {
          gppVersion: "1.1",
          cmpStatus: "loaded",
          cmpDisplayStatus: box ? "visible" : "hidden",
          signalStatus: "ready",
          supportedAPIs: ["6:uspv1"],
          sectionList: [6],
          applicableSections: [6],
          gppString: gpp(),
          parsedSections: { uspv1: usp() },
        };
      };
      if (command === "ping") callback(ping(), true);
      else if (command === "addEventListener") {
        var id = listeners.push(function () {
          callback({ eventName: "signalStatus", listenerId: id, data: "ready", pingData: ping() }, true);
        });
        callback({ eventName: "listenerRegistered", listenerId: id, data: true, pingData: ping() }, true);
      } else if (command === "hasSection") callback(parameter === "uspv1", true);
      else if (command === "getSection") callback(parameter === "uspv1" ? usp() : null, true);
      else callback(null, false);
    };
  if (given.cmpId && !window.__tcfapi)
    window.__tcfapi = function (command, version, callback) {
      var data = function (status, id) {
        return { tcString: tcString(), tcfPolicyVersion: 5, cmpId: given.cmpId, gdprApplies: true, eventStatus: status, listenerId: id, cmpStatus: "loaded", isServiceSpecific: true, enableAdvertiserConsentMode: true, purpose: { consents: tcfPurposes(), legitimateInterests: {} } };
      };
      if (command === "ping") callback({ gdprApplies: true, cmpLoaded: true, cmpStatus: "loaded", apiVersion: "2.3", cmpId: given.cmpId }, true);
      else if (command === "addEventListener") {
        var id = listeners.push(function () {
          callback(data("useractioncomplete", id), true);
        });
        callback(data(state ? "tcloaded" : "cmpuishown", id), true);
      } else callback(null, false);
    };

  /* --- Sending -------------------------------------------------------------------------------------------------- */
  function anonymousId() {
    /* The id that the SDK on this page uses, so that both speak of the same visitor. */
    var known = read("ajs_anonymous_id");
    if (!known) {
      var cookie = /(?:^|; )ajs_anonymous_id=([^;]*)/.exec(document.cookie);
      known = cookie && decodeURIComponent(cookie[1]);
    }
    try {
      known = known && known[0] === '"' ? JSON.parse(known) : known;
    } catch (error) {
      known = null;
    }
    if (!known) {
      known = random();
      write("ajs_anonymous_id", JSON.stringify(known));
    }
    return known;
  }
  function notice() {
    return [texts.title, texts.intro]
      .concat(
        purposes.map(function (purpose) {
          return purpose.title + "\n" + purpose.text;
        }),
      )
      .join("\n");
  }
  function hash(text) {
    if (!window.crypto || !crypto.subtle) return Promise.resolve(undefined);
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)).then(function (bytes) {
      return Array.from(new Uint8Array(bytes), function (b) {
        return b.toString(16).padStart(2, "0");
      }).join("");
    });
  }
  function send() {
    if (!given.writeKey) return;
    hash(notice()).then(function (noticeHash) {
      var preferences = {};
      purposes.forEach(function (purpose) {
        preferences[purpose.id] = granted(purpose);
      });
      var consent = { origin: "banner", categoryPreferences: preferences, gpp: gpp(), locale: document.documentElement.lang || "en" };
      if (noticeHash) consent.noticeHash = noticeHash;
      if (given.cmpId) consent.tcf = tcString();
      var context = { consent: consent, page: { url: location.href } };
      if (gpc) context.gpc = true;
      var now = new Date().toISOString();
      return fetch(host + "/v1/track", {
        method: "POST",
        keepalive: true,
        /* Not JSON by name: a browser asks no permission first, so it arrives even as the page goes away. */
        headers: { "content-type": "text/plain" },
        body: JSON.stringify({
          writeKey: given.writeKey,
          type: "track",
          event: "Segment Consent Preference Updated",
          messageId: "consent-" + random(),
          anonymousId: anonymousId(),
          context: context,
          timestamp: now,
          sentAt: now,
        }),
      });
    }).catch(function () {
      /* The choice holds in this browser; it is sent again with the next one. */
    });
  }
  function choose(choices, explicit) {
    state = { version: 1, at: Date.now(), choices: choices, explicit: explicit };
    write(STORE, JSON.stringify(state));
    close();
    tell();
    send();
  }

  /* --- The banner ----------------------------------------------------------------------------------------------- */
  var box = null;
  var before = null;
  var CSS =
    ":host{all:initial}*{box-sizing:border-box;font-family:system-ui,sans-serif}" +
    ".b{position:fixed;z-index:2147483000;inset:auto 16px 16px;max-width:640px;max-height:calc(100vh - 32px);overflow:auto;margin:0 auto;padding:20px;border:1px solid #8b949e;border-radius:12px;background:#fff;color:#16191d;font-size:15px;line-height:1.5;box-shadow:0 8px 32px rgba(0,0,0,.24)}" +
    "h2{margin:0 0 6px;font-size:18px}p{margin:0 0 14px}ul{list-style:none;margin:0 0 14px;padding:0}li{padding:10px 0;border-top:1px solid #d0d7de}" +
    "label{display:flex;gap:12px;align-items:flex-start}input{width:20px;height:20px;margin:2px 0 0;flex:none;accent-color:var(--accent)}small{display:block;font-size:13px;color:#4b535d}" +
    ".r{display:flex;flex-wrap:wrap;gap:8px}button{min-height:44px;padding:0 18px;border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on);font-size:15px;font-weight:600;cursor:pointer}" +
    "button.t{background:none;color:inherit;border-color:#6e7781}a{color:inherit}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}" +
    "@media(prefers-color-scheme:dark){.b{background:#16191d;color:#f3f4f6;border-color:#6e7781}small{color:#b6bec8}li{border-color:#3d444d}}" +
    "@media(max-width:480px){.r>button{flex:1 1 100%}}";
  function element(name, properties, children) {
    var node = Object.assign(document.createElement(name), properties);
    (children || []).forEach(function (child) {
      node.append(child);
    });
    return node;
  }
  function open(details) {
    close();
    before = document.activeElement;
    box = document.createElement("div");
    var root = box.attachShadow({ mode: "open" });
    var style = element("style");
    style.textContent = CSS;
    box.style.setProperty("--accent", given.accent || "#0b5c75");
    box.style.setProperty("--on", given.onAccent || "#fff");
    var marks = {};
    var list = element(
      "ul",
      { hidden: !details },
      purposes.map(function (purpose) {
        var off = gpc && purpose.sale;
        marks[purpose.id] = element("input", { type: "checkbox", checked: granted(purpose) });
        var words = [purpose.title, element("small", { textContent: purpose.text })];
        if (off) words.push(element("small", { textContent: texts.gpc }));
        return element("li", {}, [element("label", {}, [marks[purpose.id], element("span", {}, words)])]);
      }),
    );
    var all = function (yes) {
      var choices = {};
      purposes.forEach(function (purpose) {
        /* "Accept all" does not lift the browser's own signal; a mark of its own does. */
        choices[purpose.id] = yes && !(gpc && purpose.sale);
      });
      choose(choices, {});
    };
    var button = function (text, quiet, onclick) {
      return element("button", { type: "button", textContent: text, className: quiet ? "t" : "", onclick: onclick });
    };
    var save = button(texts.save, true, function () {
      var choices = {};
      var explicit = {};
      purposes.forEach(function (purpose) {
        choices[purpose.id] = marks[purpose.id].checked;
        if (marks[purpose.id].checked) explicit[purpose.id] = true;
      });
      choose(choices, explicit);
    });
    save.hidden = !details;
    var more = button(texts.choose, true, function () {
      list.hidden = false;
      save.hidden = false;
      more.hidden = true;
      more.setAttribute("aria-expanded", "true");
      list.querySelector("input").focus();
    });
    more.setAttribute("aria-expanded", "false");
    more.hidden = Boolean(details);
    var intro = element("p", { textContent: texts.intro + " " });
    if (given.noticeUrl) intro.append(element("a", { href: given.noticeUrl, textContent: texts.more }));
    var region = element("div", { className: "b" }, [
      element("h2", { id: "t", textContent: texts.title }),
      intro,
      list,
      element("div", { className: "r" }, [
        /* The same looks: neither is nudged. */
        button(texts.accept, false, function () {
          all(true);
        }),
        button(texts.reject, false, function () {
          all(false);
        }),
        more,
        save,
      ]),
    ]);
    region.setAttribute("role", "dialog");
    region.setAttribute("aria-labelledby", "t");
    region.setAttribute("aria-modal", "false");
    root.append(style, region);
    box.id = "tributary-consent";
    document.body.append(box);
    if (details) list.querySelector("input").focus();
  }
  function close() {
    if (!box) return;
    box.remove();
    box = null;
    if (before && before !== document.body && before.focus) before.focus();
  }

  var api = Object.assign(given, {
    /** Opens the choices again, for a link in the footer. */
    open: function () {
      open(true);
    },
    /** What holds now: {decided, gpc, choices}. */
    state: function () {
      var choices = {};
      purposes.forEach(function (purpose) {
        choices[purpose.id] = granted(purpose);
      });
      return { decided: Boolean(state), gpc: gpc, choices: choices, gpp: gpp(), tcf: tcString(), google: googleSignals() };
    },
  });
  window.tributaryConsent = api;

  function start() {
    document.addEventListener("click", function (event) {
      var target = event.target;
      if (target instanceof Element && target.closest("[data-tributary-consent]")) {
        event.preventDefault();
        open(true);
      }
    });
    if (state) tell();
    else open(false);
  }
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
