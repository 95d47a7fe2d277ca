"""The page for models that read sounds, in Chromium: recorded, dropped, drawn, heard word by word."""

import base64
import shutil
import socket
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import uvicorn
from playwright.sync_api import expect

from seqzoo.serving import Service, create_app
from seqzoo.tasks.inputs import KINDS
from tests.serving.models import SPEECH
from tests.serving.sounds import LETTERS, recognizer
from tests.serving.test_accessibility import SCREENS, found
from tests.support.browser import evaluated
from tests.tasks.outside import made

SOUNDS = "loudness"
PITCH = 440  # hertz of `made.wav`
SAID = "a bad cab"
STEP = 0.03  # seconds


def answer_of(sound):
    """As a recognizer answers that hears `SAID` in the middle of each sound."""
    steps = round(len(sound.samples) / sound.rate / STEP)
    values = np.zeros((steps, len(LETTERS)))
    values[:, 0] = 1
    first = steps // 4
    for place, sign in enumerate(SAID):
        step = values[first + 3 * place]
        step[[0, LETTERS.index(sign)]] = 0.1, 0.9
    words, at = [], 0
    for word, confidence in zip(SAID.split(), (0.9, 0.8, 0.3), strict=True):
        start, end = first + 3 * at, first + 3 * (at + len(word) - 1) + 1
        times = {"start": round(start * STEP, 2), "end": round(end * STEP, 2)}
        words.append({"word": word, **times, "confidence": confidence})
        at += len(word) + 1
    posteriors = {
        "seconds_per_step": STEP,
        "symbols": LETTERS,
        "values": values.tolist(),
    }
    return {"transcript": SAID, "words": words, "posteriors": posteriors}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server in a thread: `address`, and `heard`, the sounds that its recognizer was asked about."""
    with made.declared():
        folder = tmp_path_factory.mktemp("models")
        own = [recognizer(folder / SPEECH), made.model(folder / SOUNDS, SOUNDS)]
        service, heard = Service(own), []

        def answers(items, options):
            assert options.posteriors
            heard.extend(sound for sound, _ in items)
            return [answer_of(sound) for sound, _ in items]

        service[SPEECH].predictor.answers = answers
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        settings = uvicorn.Config(create_app(service), lifespan="off", log_level="warning")
        process = uvicorn.Server(settings)
        thread = threading.Thread(target=process.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield SimpleNamespace(address=address, heard=heard)
        process.should_exit = True
        thread.join(20)
        service.drain()


@pytest.fixture(scope="module")
def microphone(browser, tmp_path_factory):
    """A browser with a microphone that plays a tone again and again."""
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    path.write_bytes(made.wav(2, rate=44100))
    arguments = [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}",
    ]
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)))
    other = browser.browser_type.launch(executable_path=program, args=arguments)
    yield other
    other.close()


def opened(browser, server, wrong, **settings):
    """The page in a browser; what the policy refuses, or a script throws, is added to `wrong`."""
    page = browser.new_page(**settings)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
    page.goto(server.address)
    expect(page.get_by_label("Model").locator("option")).to_have_count(2)
    page.get_by_label("Model").select_option(SPEECH)
    return page


@pytest.fixture
def page(browser, server):
    wrong = []
    page = opened(browser, server, wrong)
    yield page
    page.close()
    assert wrong == []


@pytest.fixture
def recording_page(microphone, server):
    wrong = []
    page = opened(microphone, server, wrong)
    yield page
    page.close()
    assert wrong == []


def wait_until(page, expression):
    """Wait until something holds on the page; the policy lets Playwright's own way evaluate no text."""
    end = time.monotonic() + 30
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"it did not happen: {expression}"
        page.wait_for_timeout(20)


def recognized(page, content):
    """Choose a file and ask; the place of the answer."""
    file = {"name": "a.wav", "mimeType": "", "buffer": content}
    page.get_by_label("Files").set_input_files([file])
    page.get_by_role("button", name="Recognize").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    answer = page.get_by_label("Answer", exact=True)
    expect(answer.locator("canvas")).to_be_attached()
    return answer


def test_a_sound_is_drawn_with_its_spikes_and_letters(page):
    answer = recognized(page, made.wav(2))
    assert (
        answer.get_by_role("group").get_by_role("button").all_inner_texts() == SAID.split()
    )
    expect(answer.locator(".spike")).to_have_count(len(LETTERS) - 1)
    expect(answer.locator(".spikes .blank")).to_have_count(1)
    shown = "".join(answer.locator(".letter").all_inner_texts())
    assert shown == SAID.replace(" ", "␣")

    # Each letter stands where its spike is, and the first spike at its time.
    steps = round(2 / STEP)
    pictures = answer.locator(".pictures").bounding_box()
    letter = answer.locator(".letter").first.bounding_box()
    middle = letter["x"] + letter["width"] / 2 - pictures["x"]
    assert middle / pictures["width"] == pytest.approx(
        (steps // 4 + 0.5) * STEP / 2, abs=0.005
    )


def test_the_spectrum_is_brightest_at_the_tone(page):
    answer = recognized(page, made.wav(2))
    row = answer.locator("canvas").evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, canvas.height);
          const light = Array.from({ length: canvas.height }, (_, i) => data[4 * i] + data[4 * i + 1]);
          return light.indexOf(Math.max(...light)) / canvas.height;
        }"""
    )
    assert 1 - row == pytest.approx(PITCH / 4000, abs=0.01)  # the file has 8 kHz


def test_a_word_plays_its_piece_alone(page):
    answer = recognized(page, made.wav(2))
    word = answer_of(SimpleNamespace(samples=np.zeros(16000), rate=8000))["words"][1]
    button = answer.get_by_role("button", name="bad")
    button.hover()
    expect(answer.locator(".band")).to_be_visible()
    audio = answer.locator("audio")
    audio.evaluate(
        "(audio) => audio.addEventListener('play', () => { window.began = audio.currentTime; })"
    )
    button.press("Enter")
    expect(answer.locator(".place")).to_be_visible()
    wait_until(page, f"document.querySelector('audio').currentTime === {word['end']}")
    assert audio.evaluate("(audio) => audio.paused")
    assert page.evaluate("window.began") == word["start"]
    assert "80.0 %" in button.get_attribute("title")
    expect(answer.get_by_role("button", name="cab")).to_have_class("unsure")


def test_the_sounds_of_an_answer_are_freed_with_it(page):
    page.evaluate(
        """() => {
          window.freed = [];
          URL.revokeObjectURL = (address) => window.freed.push(address);
        }"""
    )
    before = []
    for _ in range(2):
        answer = recognized(page, made.wav(1))
        assert page.evaluate("window.freed") == before
        before.append(answer.locator("audio").get_attribute("src"))
    page.get_by_label("Model").select_option(SOUNDS)
    assert page.evaluate("window.freed") == before


def test_files_of_every_ending_that_is_read_can_be_chosen(page):
    taken = page.get_by_label("Files").get_attribute("accept").split(",")
    assert set(KINDS["audio"].suffixes) <= set(taken)


def test_a_recording_is_heard_as_it_comes_and_asked_at_its_end(recording_page, server):
    page, before = recording_page, len(server.heard)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_label("Level")).to_be_visible()
    wait_until(page, "document.getElementById('level').value > 0.5")
    expect(page.locator("#heard")).not_to_be_empty()
    wait_until(page, "parseFloat(document.getElementById('clock').textContent) > 1")
    page.get_by_role("button", name="Stop").first.click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    answer = page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text("recording.wav")
    expect(answer.locator("canvas")).to_be_attached()
    expect(page.get_by_role("button", name="Record")).to_be_visible()
    (sound,) = server.heard[before:]
    assert sound.rate == 8000 and sound.samples.shape[1] == 1
    samples = sound.samples[4000:, 0]  # the microphone has begun by then
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) * 8000 / len(samples) == pytest.approx(PITCH, abs=5)


def test_another_model_gives_a_recording_up(recording_page, server):
    page, before = recording_page, len(server.heard)
    page.get_by_role("button", name="Record").click()
    wait_until(page, "parseFloat(document.getElementById('clock').textContent) > 0.3")
    page.get_by_label("Model").select_option(SOUNDS)
    expect(page.get_by_role("button", name="Record")).to_be_visible()
    expect(page.locator("#heard")).to_be_empty()
    assert len(server.heard) == before


def test_other_models_of_sounds_record_too(recording_page):
    page = recording_page
    page.get_by_label("Model").select_option(SOUNDS)
    page.get_by_role("button", name="Record").click()
    wait_until(page, "parseFloat(document.getElementById('clock').textContent) > 0.5")
    page.get_by_role("button", name="Stop").first.click()
    answer = page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text("seconds: ")
    expect(answer.get_by_label("recording.wav")).to_be_visible()


def test_a_file_that_is_dropped_is_asked(page):
    coded = base64.b64encode(made.wav(1)).decode()
    page.evaluate(
        """(coded) => {
          const bytes = Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "dropped.wav"));
          const target = document.querySelector("h1");
          for (const name of ["dragover", "drop"]) {
            target.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
          }
        }""",
        coded,
    )
    answer = page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text("dropped.wav")


@pytest.mark.parametrize(
    "script, message",
    [
        ("", "There is no microphone. Choose a file instead."),
        ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })",
         "A browser records on secure pages alone: open this one by https, or at localhost."),
    ],
)  # fmt: skip
def test_where_nothing_can_be_recorded_the_page_says_why(page, script, message):
    if script:
        page.evaluate(script)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("alert")).to_have_text(message)
    expect(page.get_by_role("button", name="Record")).to_be_visible()


def test_samples_and_spectra_are_numpys(page):
    draw = np.random.default_rng(0)
    values = draw.normal(size=512)
    function = """async (values) => {
      const { transform } = await import("/views/speech/spectrum.js");
      const [real, imaginary] = [Float64Array.from(values), new Float64Array(values.length)];
      transform(real, imaginary);
      return [[...real], [...imaginary]];
    }"""
    real, imaginary = evaluated(page, function, values.tolist())
    np.testing.assert_allclose(
        real + 1j * np.array(imaginary), np.fft.fft(values), atol=1e-9
    )

    # A tone at another rate is the same tone, whatever the pieces.
    function = """async ([values, sizes]) => {
      const { Resampler } = await import("/samples.js");
      const resampler = new Resampler(48000, 16000);
      const found = [];
      for (const size of sizes) found.push(...resampler.feed(Float32Array.from(values.splice(0, size))));
      return [...found, ...resampler.finish()];
    }"""
    tone = np.sin(2 * np.pi * 1000 * np.arange(4800) / 48000)
    resampled = evaluated(page, function, [tone.tolist(), [1, 1000, 0, 3000, 799]])
    assert len(resampled) == 1600
    expected = np.sin(2 * np.pi * 1000 * np.arange(1600) / 16000)
    np.testing.assert_allclose(resampled[50:-50], expected[50:-50], atol=2e-3)
    high = np.sin(2 * np.pi * 12000 * np.arange(4800) / 48000)  # too high for 16 kHz
    silent = evaluated(page, function, [high.tolist(), [4800]])
    assert np.abs(silent[50:-50]).max() < 2e-3


def test_the_view_fits_a_phone(browser, server):
    wrong = []
    viewport = SCREENS["phone"]
    page = opened(browser, server, wrong, viewport=viewport)
    recognized(page, made.wav(20))
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.close()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious_about_sounds(screen, scheme, axe, browser, server):
    page = opened(browser, server, [], viewport=SCREENS[screen], color_scheme=scheme)
    recognized(page, made.wav(2))
    assert found(page, axe) == []
    page.close()
