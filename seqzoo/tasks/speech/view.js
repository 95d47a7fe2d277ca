// The words of a sound, each to be heard alone, above the sound over time.
import { make, percent } from "../elements.js";
import { t } from "../../words.js";
import { timeline } from "./timeline.js";

const UNSURE = 0.5; // confidence below which a word is pale

function show(answer, file) {
  const told = {
    label: t("Wave, spectrogram and likely symbols over time"),
    failed: t("The browser cannot draw this sound."),
  };
  const pictures = timeline(answer, file, told);
  const player = file ? playerOf(file, pictures) : null;
  const words = make("p", "spoken", ...answer.words.map((word) => button(word, player, pictures)));
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", t("Words: press one to hear it"));
  if (!answer.words.length) words.append(t("No words were heard."));
  const parts = player ? [words, player, pictures.element] : [words, pictures.element];
  return make("article", "", ...parts);
}

function playerOf(file, pictures) {
  const player = make("audio", "");
  player.controls = true;
  player.src = URL.createObjectURL(file);
  player.setAttribute("aria-label", file.name);
  player.until = null; // seconds at which a word ends
  const follow = () => {
    if (player.until !== null && player.currentTime >= player.until) {
      player.pause();
      player.currentTime = player.until;
      player.until = null;
    }
    pictures.at(player.currentTime);
    if (!player.paused) requestAnimationFrame(follow);
  };
  player.addEventListener("play", follow);
  player.addEventListener("seeked", () => pictures.at(player.currentTime));
  player.addEventListener("ended", () => { player.until = null; });
  return player;
}

function button(word, player, pictures) {
  const bar = make("span", "sure");
  bar.style.width = percent(word.confidence).replace(" ", "");
  const pressed = make("button", word.confidence < UNSURE ? "unsure" : "", word.word, bar);
  pressed.type = "button";
  pressed.title = `${word.start.toFixed(2)} \u2013 ${word.end.toFixed(2)} s, ${percent(word.confidence)} ${t("sure")}`;
  pressed.disabled = !player;
  for (const event of ["mouseenter", "focus"]) pressed.addEventListener(event, () => pictures.band(word));
  for (const event of ["mouseleave", "blur"]) pressed.addEventListener(event, () => pictures.band(null));
  pressed.addEventListener("click", () => {
    player.currentTime = word.start;
    player.until = Math.min(word.end, player.duration || word.end);
    player.play();
  });
  return pressed;
}

export const views = {
  speech: {
    hint: "Sounds: WAV, FLAC, OGG, MP3, ...", go: "Recognize", whole: true, show, asks: { posteriors: true },
  },
};
