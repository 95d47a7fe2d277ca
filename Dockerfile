# A server of sequence models on ONNX Runtime, without Keras and TensorFlow:
#
#     docker build -t seqzoo .
#     docker run -p 8000:8000 seqzoo sentiment-imdb translation-en-de
#     docker run -p 8000:8000 -v "$PWD/runs:/models:ro" seqzoo /models/mine
FROM python:3.12-slim AS build
WORKDIR /source
COPY setup.cfg pyproject.toml MANIFEST.in README.md LICENSE ./
COPY seqzoo seqzoo
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
COPY --from=build /wheels /wheels
# What the extra `serve` names, and what the engine and sounds at other rates need; tests/test_project.py holds the list.
RUN pip install --no-cache-dir \
        "numpy" \
        "scipy>=1.13" \
        "onnxruntime>=1.22" \
        "sentencepiece>=0.2.1" \
        "fastapi>=0.115" \
        "starlette>=1.10" \
        "python-multipart>=0.0.31" \
        "uvicorn>=0.35" \
        "websockets>=14" \
        "httptools" \
        "uvloop" \
        "prometheus-client" \
    && pip install --no-cache-dir --no-deps /wheels/*.whl \
    && rm -r /wheels
RUN useradd --create-home --uid 10001 seqzoo
USER seqzoo
WORKDIR /home/seqzoo
EXPOSE 8000
HEALTHCHECK --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
ENTRYPOINT ["seqzoo", "serve", "--host", "0.0.0.0"]
CMD ["sentiment-imdb"]
