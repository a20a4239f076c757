<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR">
<context>
    <name>CheckBox</name>
    <message>
        <source>Gradient check</source>
        <translation>기울기 검사</translation>
    </message>
    <message>
        <source>Move each weight a little and see how much the loss changes: is that the gradient? (C)</source>
        <translation>가중치를 조금씩 움직여 손실이 얼마나 변하는지 봅니다: 그 값이 기울기인가요? (C)</translation>
    </message>
    <message>
        <source>∂ Check gradient</source>
        <translation>∂ 기울기 검사</translation>
    </message>
    <message>
        <source>Result of the check</source>
        <translation>검사 결과</translation>
    </message>
    <message>
        <source>Numbers of the check</source>
        <translation>검사한 수</translation>
    </message>
    <message>
        <source>right: backward and finite differences agree on {0} of {0} numbers, at most {1} apart</source>
        <translation>맞음: 역전파와 유한 차분이 {0}개 중 {0}개에서 일치하며, 차이는 최대 {1}입니다</translation>
    </message>
    <message>
        <source>wrong: backward and finite differences differ by up to {1} on {0} numbers</source>
        <translation>틀림: {0}개의 수에서 역전파와 유한 차분이 최대 {1}만큼 다릅니다</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>명령 찾기</translation>
    </message>
    <message>
        <source>What would you like to do?</source>
        <translation>무엇을 할까요?</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>명령들</translation>
    </message>
</context>
<context>
    <name>ConfusionMatrix</name>
    <message>
        <source>Confusion matrix</source>
        <translation>혼동 행렬</translation>
    </message>
    <message>
        <source>{0} times a {1} was called a {2}</source>
        <translation>{1}을(를) {2}(으)로 답한 횟수: {0}</translation>
    </message>
</context>
<context>
    <name>ConsoleOutput</name>
    <message>
        <source>Output</source>
        <translation>출력</translation>
    </message>
</context>
<context>
    <name>ConsolePanel</name>
    <message>
        <source>Console</source>
        <translation>콘솔</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>정지</translation>
    </message>
    <message>
        <source>Walk</source>
        <translation>걷기</translation>
    </message>
    <message>
        <source>Snippets</source>
        <translation>예제</translation>
    </message>
    <message>
        <source>Which tensor to walk</source>
        <translation>걸을 텐서</translation>
    </message>
    <message>
        <source>Tensors with a backward pass</source>
        <translation>역전파할 수 있는 텐서</translation>
    </message>
    <message>
        <source>State of the session</source>
        <translation>세션 상태</translation>
    </message>
    <message>
        <source>Python here, torch is nbgrad. Ctrl+Return runs it.</source>
        <translation>여기에 파이썬을 적으세요. torch는 nbgrad입니다. Ctrl+Return으로 실행합니다.</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>출력</translation>
    </message>
    <message>
        <source>What the snippets wrote</source>
        <translation>코드가 출력한 것</translation>
    </message>
    <message>
        <source>Variables</source>
        <translation>변수</translation>
    </message>
    <message>
        <source>What the session remembers</source>
        <translation>세션이 기억하는 것</translation>
    </message>
    <message>
        <source>Output or variables</source>
        <translation>출력 또는 변수</translation>
    </message>
    <message>
        <source>Traceback</source>
        <translation>오류 경로</translation>
    </message>
    <message>
        <source>Show how Python came to the error</source>
        <translation>파이썬이 오류에 이른 경로를 보여 줍니다</translation>
    </message>
    <message>
        <source>Copy the error with its traceback</source>
        <translation>오류를 경로와 함께 복사</translation>
    </message>
    <message>
        <source>Copy the error</source>
        <translation>오류 복사</translation>
    </message>
    <message>
        <source>Snippets run on this computer with your rights, like any Python console.</source>
        <translation>코드는 여느 파이썬 콘솔처럼 이 컴퓨터에서 당신의 권한으로 실행됩니다.</translation>
    </message>
    <message>
        <source>What snippets may do</source>
        <translation>코드가 할 수 있는 일</translation>
    </message>
    <message>
        <source>Snippet and output</source>
        <translation>코드와 출력</translation>
    </message>
    <message>
        <source>A new session: the variables are gone.</source>
        <translation>새 세션입니다. 변수는 사라졌습니다.</translation>
    </message>
    <message>
        <source>{0} has no backward pass to walk.</source>
        <translation>{0}에는 걸을 역전파가 없습니다.</translation>
    </message>
    <message>
        <source>no session</source>
        <translation>세션 없음</translation>
    </message>
    <message>
        <source>the session is starting …</source>
        <translation>세션을 시작하는 중 …</translation>
    </message>
    <message>
        <source>running … Ctrl+. stops it</source>
        <translation>실행 중 … Ctrl+.로 정지</translation>
    </message>
    <message>
        <source>stopping …</source>
        <translation>정지하는 중 …</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>정지했습니다.</translation>
    </message>
    <message>
        <source>line {0} · </source>
        <translation>{0}행 · </translation>
    </message>
</context>
<context>
    <name>CurvesPanel</name>
    <message>
        <source>Loss and accuracy</source>
        <translation>손실과 정확도</translation>
    </message>
    <message>
        <source>No step taken yet</source>
        <translation>아직 학습하지 않았습니다</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>정확도</translation>
    </message>
    <message>
        <source>loss {0:.3f} (smoothed)</source>
        <translation>손실 {0:.3f} (평활)</translation>
    </message>
    <message>
        <source>test accuracy {0:.1f} %</source>
        <translation>시험 정확도 {0:.1f} %</translation>
    </message>
</context>
<context>
    <name>DeviceButton</name>
    <message>
        <source>Where the network computes</source>
        <translation>계산하는 곳</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>CPU: every kernel compiled by Numba</source>
        <translation>CPU: 모든 커널을 Numba가 컴파일</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>looking for one…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>GPU: {0}</source>
        <translation>GPU: {0}</translation>
    </message>
</context>
<context>
    <name>DrawingCanvas</name>
    <message>
        <source>Drawing canvas</source>
        <translation>그림판</translation>
    </message>
    <message>
        <source>Draw with the mouse; or arrows move the pen and Enter lowers or lifts it; or drop a picture</source>
        <translation>마우스로 그리세요. 화살표로 펜을 옮기고 Enter로 내리거나 들 수도 있고, 사진을 끌어다 놓아도 됩니다</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp)</source>
        <translation>그림 (*.png *.jpg *.jpeg *.bmp *.gif *.webp)</translation>
    </message>
    <message>
        <source>Open a picture of a digit</source>
        <translation>숫자 사진 열기</translation>
    </message>
    <message>
        <source>Draw a digit here, or drop a picture of one</source>
        <translation>여기에 숫자를 그리거나 사진을 끌어다 놓으세요</translation>
    </message>
</context>
<context>
    <name>EditPage</name>
    <message>
        <source>Edit weights</source>
        <translation>가중치 고치기</translation>
    </message>
    <message>
        <source>What is edited</source>
        <translation>고치는 대상</translation>
    </message>
    <message>
        <source>Zero</source>
        <translation>0으로</translation>
    </message>
    <message>
        <source>Make them 0: what does the network lose?</source>
        <translation>0으로 만듭니다: 신경망은 무엇을 잃을까요?</translation>
    </message>
    <message>
        <source>× −1</source>
        <translation>× −1</translation>
    </message>
    <message>
        <source>Turn every sign</source>
        <translation>부호를 모두 뒤집습니다</translation>
    </message>
    <message>
        <source>× ½</source>
        <translation>× ½</translation>
    </message>
    <message>
        <source>Half as strong</source>
        <translation>절반으로 약하게</translation>
    </message>
    <message>
        <source>× 2</source>
        <translation>× 2</translation>
    </message>
    <message>
        <source>Twice as strong</source>
        <translation>두 배로 강하게</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Take the last edit back (Ctrl+Backspace)</source>
        <translation>마지막으로 고친 것을 되돌립니다 (Ctrl+Backspace)</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>안내</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>일어난 일</translation>
    </message>
    <message>
        <source>What the numbers are</source>
        <translation>수의 뜻</translation>
    </message>
    <message>
        <source>logits of your drawing, before (thin) and after</source>
        <translation>내 그림의 로짓, 이전(가는 막대)과 이후</translation>
    </message>
    <message>
        <source>set to</source>
        <translation>값으로</translation>
    </message>
    <message>
        <source>add</source>
        <translation>더하기</translation>
    </message>
    <message>
        <source>multiply by</source>
        <translation>곱하기</translation>
    </message>
    <message>
        <source>A number, then Enter</source>
        <translation>수를 쓰고 Enter</translation>
    </message>
    <message>
        <source>{0}: one number</source>
        <translation>{0}: 수 하나</translation>
    </message>
    <message>
        <source>{0}: all {1} numbers</source>
        <translation>{0}: 수 {1}개 모두</translation>
    </message>
    <message>
        <source>Select a weight, a filter or a parameter to edit.</source>
        <translation>고칠 가중치나 필터, 매개변수를 고르세요.</translation>
    </message>
    <message>
        <source>Write a number, such as 0.5, not «{0}».</source>
        <translation>«{0}» 대신 0.5 같은 수를 쓰세요.</translation>
    </message>
    <message>
        <source>Undo ({0})</source>
        <translation>되돌리기 ({0})</translation>
    </message>
    <message>
        <source>now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>change</source>
        <translation>변화</translation>
    </message>
    <message>
        <source>drawing&apos;s loss</source>
        <translation>그림의 손실</translation>
    </message>
    <message>
        <source>{0} tests&apos; loss</source>
        <translation>시험 {0}장 손실</translation>
    </message>
    <message>
        <source>their accuracy</source>
        <translation>그 정확도</translation>
    </message>
    <message>
        <source>grad·Δ is the change the gradient promised: gradient × change of weight. It holds for small changes.</source>
        <translation>grad·Δ는 기울기가 예측한 변화입니다: 기울기 × 가중치 변화량. 변화가 작을 때 맞습니다.</translation>
    </message>
    <message>
        <source>The last edit was taken back.</source>
        <translation>마지막으로 고친 것을 되돌렸습니다.</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>Open a checkpoint</source>
        <translation>체크포인트 열기</translation>
    </message>
    <message>
        <source>Save a checkpoint</source>
        <translation>체크포인트 저장</translation>
    </message>
    <message>
        <source>Folder with the four MNIST files</source>
        <translation>MNIST 파일 네 개가 있는 폴더</translation>
    </message>
    <message>
        <source>Drawings (*.safetensors)</source>
        <translation>그림 (*.safetensors)</translation>
    </message>
    <message>
        <source>Export my drawings</source>
        <translation>내 그림 내보내기</translation>
    </message>
    <message>
        <source>Import drawings</source>
        <translation>그림 가져오기</translation>
    </message>
    <message>
        <source>Open a lesson</source>
        <translation>수업 열기</translation>
    </message>
    <message>
        <source>Pictures and text (*.svg *.png *.dot)</source>
        <translation>그림과 텍스트 (*.svg *.png *.dot)</translation>
    </message>
    <message>
        <source>Export the graph</source>
        <translation>그래프 내보내기</translation>
    </message>
    <message>
        <source>There is no graph to export yet: take a step, or walk the backward pass.</source>
        <translation>내보낼 그래프가 아직 없습니다: 한 스텝을 진행하거나 역전파를 따라가 보세요.</translation>
    </message>
    <message>
        <source>Saved to {0}.</source>
        <translation>{0}에 저장했습니다.</translation>
    </message>
    <message>
        <source>{0} cannot be written: choose another place or name.</source>
        <translation>{0}에 쓸 수 없습니다: 다른 위치나 이름을 고르세요.</translation>
    </message>
</context>
<context>
    <name>FixedLines</name>
    <message>
        <source>Explanation</source>
        <translation>설명</translation>
    </message>
</context>
<context>
    <name>Gallery</name>
    <message>
        <source>Worst mistakes</source>
        <translation>가장 큰 실수</translation>
    </message>
    <message>
        <source>Click a mistake to draw it</source>
        <translation>실수를 누르면 그림판에 옮깁니다</translation>
    </message>
</context>
<context>
    <name>GraphCanvas</name>
    <message>
        <source>{0}: {1} nodes, folded. A click opens it.</source>
        <translation>{0}: 접힌 노드 {1}개. 누르면 펼쳐집니다.</translation>
    </message>
    <message>
        <source>gradient that arrives: {0}</source>
        <translation>도착하는 기울기: {0}</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산되지 않음</translation>
    </message>
</context>
<context>
    <name>GraphMap</name>
    <message>
        <source>Map of the graph</source>
        <translation>그래프 지도</translation>
    </message>
    <message>
        <source>Click or drag to move over the graph; arrow keys move it too</source>
        <translation>누르거나 끌어서 그래프 위를 이동합니다. 화살표 키로도 움직입니다</translation>
    </message>
</context>
<context>
    <name>GraphPanel</name>
    <message>
        <source>Backward pass</source>
        <translation>역전파</translation>
    </message>
    <message>
        <source>Selected node</source>
        <translation>선택한 노드</translation>
    </message>
    <message>
        <source>Fit the graph (Home)</source>
        <translation>그래프 맞춤 (Home)</translation>
    </message>
    <message>
        <source>Fit the graph</source>
        <translation>그래프 맞춤</translation>
    </message>
    <message>
        <source>Back to the network (G)</source>
        <translation>신경망으로 돌아가기 (G)</translation>
    </message>
    <message>
        <source>Enlarge the graph (G)</source>
        <translation>그래프 크게 보기 (G)</translation>
    </message>
    <message>
        <source>Backward graph</source>
        <translation>역전파 그래프</translation>
    </message>
    <message>
        <source>Arrows walk from node to node; plus and minus zoom, Home fits</source>
        <translation>방향키로 노드를 옮겨 다니고, 더하기와 빼기로 확대·축소, Home으로 맞춤</translation>
    </message>
    <message>
        <source>No gradient yet. Watch one being made, from the loss back to every weight, node by node.</source>
        <translation>아직 기울기가 없습니다. 손실에서 모든 가중치까지 노드 하나씩, 기울기가 만들어지는 과정을 지켜보세요.</translation>
    </message>
    <message>
        <source>A sample digit is fetched first; the walk begins at its loss.</source>
        <translation>먼저 예시 숫자를 가져옵니다. 걷기는 그 손실에서 시작합니다.</translation>
    </message>
    <message>
        <source>{0} nodes</source>
        <translation>노드 {0}개</translation>
    </message>
    <message>
        <source>{0} · node {1} of {2}</source>
        <translation>{0} · 노드 {1}/{2}</translation>
    </message>
</context>
<context>
    <name>HealthBars</name>
    <message>
        <source>Layer health</source>
        <translation>층 상태</translation>
    </message>
    <message>
        <source>size of the gradient</source>
        <translation>기울기 크기</translation>
    </message>
    <message>
        <source>update / weight</source>
        <translation>갱신 / 가중치</translation>
    </message>
</context>
<context>
    <name>HealthPanel</name>
    <message>
        <source>Layer health</source>
        <translation>층 상태</translation>
    </message>
    <message>
        <source>No gradient yet: press Step</source>
        <translation>아직 기울기가 없습니다: 한 단계를 누르세요</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>한 단계</translation>
    </message>
</context>
<context>
    <name>HistogramView</name>
    <message>
        <source>{0} numbers from {1} to {2}</source>
        <translation>{1}부터 {2}까지 {0}개</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
</context>
<context>
    <name>InspectorPanel</name>
    <message>
        <source>Inspector</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>선택</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>모양</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
    <message>
        <source>About the picture</source>
        <translation>그림 설명</translation>
    </message>
    <message>
        <source>Histogram of the values</source>
        <translation>값의 히스토그램</translation>
    </message>
    <message>
        <source>Histogram of the gradient</source>
        <translation>기울기의 히스토그램</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>시간에 따라</translation>
    </message>
    <message>
        <source>Histograms over time</source>
        <translation>시간에 따른 히스토그램</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>진단</translation>
    </message>
    <message>
        <source>The rule behind it</source>
        <translation>판단 기준</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Take these numbers elsewhere</source>
        <translation>이 수들을 다른 곳으로 옮깁니다</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>수</translation>
    </message>
    <message>
        <source>Values, gradients, histograms, diagnosis (I)</source>
        <translation>값, 기울기, 히스토그램, 진단 (I)</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>커널</translation>
    </message>
    <message>
        <source>The code that computes it (K)</source>
        <translation>계산하는 코드 (K)</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>고치기</translation>
    </message>
    <message>
        <source>Change weights by hand (Ctrl+E)</source>
        <translation>가중치를 손으로 바꿉니다 (Ctrl+E)</translation>
    </message>
    <message>
        <source>mean ± spread</source>
        <translation>평균 ± 표준편차</translation>
    </message>
    <message>
        <source>least … most</source>
        <translation>최소 … 최대</translation>
    </message>
    <message>
        <source>size |w|</source>
        <translation>크기 |w|</translation>
    </message>
    <message>
        <source>gradient |∇|</source>
        <translation>기울기 |∇|</translation>
    </message>
    <message>
        <source>update / weight</source>
        <translation>갱신 / 가중치</translation>
    </message>
    <message>
        <source>silent units</source>
        <translation>침묵한 유닛</translation>
    </message>
    <message>
        <source>All parameters</source>
        <translation>모든 매개변수</translation>
    </message>
    <message>
        <source>{0} as CSV</source>
        <translation>{0}: CSV로</translation>
    </message>
    <message>
        <source>{0} as Python</source>
        <translation>{0}: Python으로</translation>
    </message>
    <message>
        <source>{0} to a .npy file…</source>
        <translation>{0}: .npy 파일로…</translation>
    </message>
    <message>
        <source>Save the numbers</source>
        <translation>수 저장</translation>
    </message>
    <message>
        <source>Gradient, last batch</source>
        <translation>기울기, 마지막 배치</translation>
    </message>
    <message>
        <source>Gradient, your drawing</source>
        <translation>기울기, 내 그림</translation>
    </message>
</context>
<context>
    <name>KernelPage</name>
    <message>
        <source>Kernel</source>
        <translation>커널</translation>
    </message>
    <message>
        <source>Operation</source>
        <translation>연산</translation>
    </message>
    <message>
        <source>The line of PyTorch it stands for</source>
        <translation>해당하는 PyTorch 코드</translation>
    </message>
    <message>
        <source>The slow twin: the formula as loops</source>
        <translation>느린 쌍둥이: 공식을 그대로 반복문으로</translation>
    </message>
    <message>
        <source>Simple</source>
        <translation>쉬운</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>빠른</translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation>CUDA</translation>
    </message>
    <message>
        <source>Which code</source>
        <translation>어느 코드</translation>
    </message>
    <message>
        <source>Read it in a window of its own</source>
        <translation>따로 창을 열어 읽습니다</translation>
    </message>
    <message>
        <source>Enlarge the code</source>
        <translation>코드 크게 보기</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Time it here</source>
        <translation>여기서 재기</translation>
    </message>
    <message>
        <source>Simple twin, fast kernel and NumPy on this machine</source>
        <translation>이 컴퓨터에서 쉬운 쌍둥이, 빠른 커널, NumPy</translation>
    </message>
    <message>
        <source># This kernel is its own simple form: see Fast.</source>
        <translation># 이 커널은 그 자체로 읽기 쉽습니다: 빠른 쪽을 보세요.</translation>
    </message>
    <message>
        <source>What was timed</source>
        <translation>잰 대상</translation>
    </message>
    <message>
        <source>The kernel that runs on the CPU</source>
        <translation>CPU에서 도는 커널</translation>
    </message>
    <message>
        <source>The kernel that runs on an NVIDIA GPU</source>
        <translation>NVIDIA GPU에서 도는 커널</translation>
    </message>
    <message>
        <source>In PyTorch</source>
        <translation>PyTorch에서</translation>
    </message>
    <message>
        <source>In nbgrad</source>
        <translation>nbgrad에서</translation>
    </message>
    <message>
        <source>On this machine</source>
        <translation>이 컴퓨터에서</translation>
    </message>
    <message>
        <source>No kernel of its own: select a layer, a weight or a node that computes.</source>
        <translation>자기 커널이 없습니다: 계산하는 층이나 가중치, 노드를 고르세요.</translation>
    </message>
    <message>
        <source>on {0}, median; training disturbs it</source>
        <translation>{0}에서, 중앙값; 학습 중에는 흔들립니다</translation>
    </message>
</context>
<context>
    <name>LearningPanel</name>
    <message>
        <source>Learning</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>Loss and accuracy by step</source>
        <translation>단계별 손실과 정확도</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Confusion matrix and surest mistakes</source>
        <translation>혼동 행렬과 가장 확신한 실수</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Size of gradients and updates</source>
        <translation>기울기와 갱신의 크기</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>콘솔</translation>
    </message>
    <message>
        <source>Python with the engine as torch (Ctrl+4)</source>
        <translation>엔진을 torch로 쓰는 파이썬 (Ctrl+4)</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>수업</translation>
    </message>
    <message>
        <source>Predict, then let the engine compute (Ctrl+5)</source>
        <translation>예측한 뒤 엔진이 계산하게 합니다 (Ctrl+5)</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Colour scale: blue is negative, the surface is zero, orange is positive</source>
        <translation>색 눈금: 파랑은 음수, 바탕은 0, 주황은 양수</translation>
    </message>
    <message>
        <source>Blue is negative, orange positive, zero the surface; one limit for each layer</source>
        <translation>파랑은 음수, 주황은 양수, 바탕은 0. 층마다 한계가 하나입니다</translation>
    </message>
</context>
<context>
    <name>LessonList</name>
    <message>
        <source>List of lessons</source>
        <translation>수업 목록</translation>
    </message>
    <message>
        <source>Predict first, then let the engine compute.</source>
        <translation>먼저 예측하고, 그다음 엔진이 계산합니다.</translation>
    </message>
    <message>
        <source>Open a lesson file…</source>
        <translation>수업 파일 열기…</translation>
    </message>
    <message>
        <source>done · {0}</source>
        <translation>마침 · {0}</translation>
    </message>
    <message>
        <source>{0} of {1} · {2}</source>
        <translation>{1}단계 중 {0} · {2}</translation>
    </message>
</context>
<context>
    <name>LessonPanel</name>
    <message>
        <source>Lessons</source>
        <translation>수업</translation>
    </message>
    <message>
        <source>en</source>
        <comment>the code of this language in lesson files</comment>
        <translation>ko</translation>
    </message>
</context>
<context>
    <name>LogitBars</name>
    <message>
        <source>Logits before and after</source>
        <translation>이전과 이후의 로짓</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>nbgrad lab</source>
        <translation>nbgrad 실험실</translation>
    </message>
    <message>
        <source>Transport</source>
        <translation>조작</translation>
    </message>
    <message>
        <source>Centre</source>
        <translation>가운데</translation>
    </message>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Backward pass</source>
        <translation>역전파</translation>
    </message>
    <message>
        <source>Motion is reduced.</source>
        <translation>움직임을 줄였습니다.</translation>
    </message>
    <message>
        <source>Motion is as usual.</source>
        <translation>움직임이 평소와 같습니다.</translation>
    </message>
</context>
<context>
    <name>NetworkPanel</name>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation>색이 보여 주는 것</translation>
    </message>
    <message>
        <source>Whose layers, and gradients of what (D, L)</source>
        <translation>누구의 층이고 무엇의 기울기인지 (D, L)</translation>
    </message>
    <message>
        <source>Whose layers, and gradients of what</source>
        <translation>누구의 층이고 무엇의 기울기인지</translation>
    </message>
    <message>
        <source>Fit the whole network (Home)</source>
        <translation>신경망 전체 맞춤 (Home)</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>맞춤</translation>
    </message>
    <message>
        <source>Network canvas</source>
        <translation>신경망 화면</translation>
    </message>
    <message>
        <source>Arrows choose a layer and a map, with Shift a cell; Enter shows its arithmetic, plus and minus zoom</source>
        <translation>화살표로 층과 맵을, Shift와 함께 칸을 고릅니다. Enter는 계산을 보이고, 더하기와 빼기는 확대와 축소입니다</translation>
    </message>
    <message>
        <source>Draw a digit, or pick a sample</source>
        <translation>숫자를 그리거나 견본을 고르세요</translation>
    </message>
    <message>
        <source>Pick a sample</source>
        <translation>견본 고르기</translation>
    </message>
    <message>
        <source>For your drawing</source>
        <translation>내 그림</translation>
    </message>
    <message>
        <source>For the last training batch</source>
        <translation>마지막 학습 배치</translation>
    </message>
    <message>
        <source>Gradients of the loss</source>
        <translation>손실의 기울기</translation>
    </message>
    <message>
        <source>Gradients of one logit</source>
        <translation>로짓 하나의 기울기</translation>
    </message>
    <message>
        <source>no batch yet, so for your drawing: press Step</source>
        <translation>아직 배치가 없어 내 그림: 한 단계를 누르세요</translation>
    </message>
    <message>
        <source>mean over the last batch</source>
        <translation>마지막 배치의 평균</translation>
    </message>
    <message>
        <source>of the last batch&apos;s loss</source>
        <translation>마지막 배치 손실의</translation>
    </message>
    <message>
        <source>of every layer, for your drawing</source>
        <translation>당신의 그림에 대한 각 층의 값</translation>
    </message>
    <message>
        <source>of the weights, by the last step</source>
        <translation>마지막 단계가 바꾼 가중치</translation>
    </message>
    <message>
        <source>of the logit of {0}</source>
        <translation>{0}의 로짓에 대한</translation>
    </message>
    <message>
        <source>of the loss for a {0}: nearly 0, it is sure. Choose another digit</source>
        <translation>{0}의 손실: 거의 0, 확신합니다. 다른 숫자를 고르세요</translation>
    </message>
    <message>
        <source>of the loss, if it were a {0}</source>
        <translation>정답이 {0}일 때 손실의 기울기</translation>
    </message>
    <message>
        <source>The microscope looks at one picture: press D for your drawing.</source>
        <translation>현미경은 그림 하나를 봅니다: D를 눌러 내 그림으로 바꾸세요.</translation>
    </message>
</context>
<context>
    <name>NodeSearch</name>
    <message>
        <source>Find a node</source>
        <translation>노드 찾기</translation>
    </message>
    <message>
        <source>name of a node</source>
        <translation>노드 이름</translation>
    </message>
</context>
<context>
    <name>NoticeBanner</name>
    <message>
        <source>Notice</source>
        <translation>알림</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>경고</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>처음으로</translation>
    </message>
</context>
<context>
    <name>NumberGrid</name>
    <message>
        <source>[{0}] = {1}
limits −{2} … +{2}</source>
        <translation>[{0}] = {1}
한계 −{2} … +{2}</translation>
    </message>
</context>
<context>
    <name>OpenLesson</name>
    <message>
        <source>Lesson</source>
        <translation>수업</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>한 단계</translation>
    </message>
    <message>
        <source>This step once more</source>
        <translation>이 단계 다시</translation>
    </message>
    <message>
        <source>Your prediction</source>
        <translation>나의 예측</translation>
    </message>
    <message>
        <source>your prediction, a number</source>
        <translation>나의 예측, 수 하나</translation>
    </message>
    <message>
        <source>Code of this step</source>
        <translation>이 단계의 코드</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>출력</translation>
    </message>
    <message>
        <source>Choose one first.</source>
        <translation>먼저 하나를 고르세요.</translation>
    </message>
    <message>
        <source>Write a number first, for example 0.5.</source>
        <translation>먼저 0.5 같은 수를 쓰세요.</translation>
    </message>
    <message>
        <source>step {0} of {1}</source>
        <translation>{1}단계 중 {0}단계</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>마치기</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>검산</translation>
    </message>
    <message>
        <source>Run it</source>
        <translation>실행하기</translation>
    </message>
    <message>
        <source>computing …</source>
        <translation>계산하는 중 …</translation>
    </message>
    <message>
        <source>Right: {0}.</source>
        <translation>맞습니다: {0}.</translation>
    </message>
    <message>
        <source>The engine says: {0}. {1}</source>
        <translation>엔진의 답: {0}. {1}</translation>
    </message>
</context>
<context>
    <name>ParameterList</name>
    <message>
        <source>All parameters</source>
        <translation>모든 매개변수</translation>
    </message>
    <message>
        <source>{0} parameters, {1} numbers</source>
        <translation>매개변수 {0}개, 숫자 {1}개</translation>
    </message>
</context>
<context>
    <name>ParameterTree</name>
    <message>
        <source>All parameters</source>
        <translation>모든 매개변수</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>이름으로 거르기</translation>
    </message>
</context>
<context>
    <name>PhaseChip</name>
    <message>
        <source>Phase of the step</source>
        <translation>단계의 위상</translation>
    </message>
    <message>
        <source>A training step: forward, loss, backward, update</source>
        <translation>학습 한 단계: 순전파, 손실, 역전파, 갱신</translation>
    </message>
    <message>
        <source>forward</source>
        <translation>순전파</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>backward</source>
        <translation>역전파</translation>
    </message>
    <message>
        <source>update</source>
        <translation>갱신</translation>
    </message>
</context>
<context>
    <name>Prediction</name>
    <message>
        <source>Verdict</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>Prediction</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>nothing drawn yet</source>
        <translation>아직 그리지 않음</translation>
    </message>
    <message>
        <source>target {0}</source>
        <translation>목표 {0}</translation>
    </message>
    <message>
        <source>class {0} of {1}</source>
        <translation>{1}개 클래스 중 {0}번</translation>
    </message>
    <message>
        <source>no digit I know</source>
        <translation>숫자가 아닌 듯</translation>
    </message>
    <message>
        <source>this is a {0}</source>
        <translation>{0}입니다</translation>
    </message>
    <message>
        <source>unsure: {0} or {1}?</source>
        <translation>불확실: {0} 또는 {1}?</translation>
    </message>
    <message>
        <source>The largest probability is {0}. The network&apos;s classes are no digits, and its file does not name them: what it says of a drawing is only how it was trained to answer.</source>
        <translation>가장 큰 확률은 {0}입니다. 이 신경망의 클래스는 숫자가 아니고, 파일에 이름도 없습니다. 그림에 대한 답은 학습된 대로 답한 것일 뿐입니다.</translation>
    </message>
    <message>
        <source>The largest probability is {0}: too little to name a digit without reserve.</source>
        <translation>가장 큰 확률이 {0}이라 자신 있게 답하기에는 부족합니다.</translation>
    </message>
    <message>
        <source>The largest probability is {0}. Sure is not right: a letter O is a sure 0.</source>
        <translation>가장 큰 확률이 {0}입니다. 확신이 곧 정답은 아닙니다. 글자 O도 확실한 0으로 봅니다.</translation>
    </message>
    <message>
        <source>The largest probability is {0}: less than 99 of 100 true digits get.</source>
        <translation>가장 큰 확률이 {0}입니다. 진짜 숫자 100개 중 99개는 이보다 높습니다.</translation>
    </message>
    <message>
        <source>This was fitted before the {0} steps of training, which wear it down.</source>
        <translation>이 기준은 {0}단계 훈련 전에 정했고, 훈련할수록 무뎌집니다.</translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message>
        <source>Probabilities</source>
        <translation>확률</translation>
    </message>
    <message>
        <source>Click a digit: the gradients then tell how to make it more likely</source>
        <translation>숫자를 누르면 기울기가 그 숫자를 더 그럴듯하게 만드는 길을 보여 줍니다</translation>
    </message>
    <message>
        <source>Nothing drawn yet</source>
        <translation>아직 그리지 않음</translation>
    </message>
</context>
<context>
    <name>ProgressLine</name>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>{0}: {1} of {2}</source>
        <translation>{0}: {1}/{2}</translation>
    </message>
</context>
<context>
    <name>RidgeView</name>
    <message>
        <source>steps {0} to {1}</source>
        <translation>{0}단계에서 {1}단계까지</translation>
    </message>
    <message>
        <source>grows as the network trains</source>
        <translation>학습하면서 쌓입니다</translation>
    </message>
    <message>
        <source>step</source>
        <translation>단계</translation>
    </message>
</context>
<context>
    <name>SettingsEditor</name>
    <message>
        <source>Training settings</source>
        <translation>학습 설정</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>모멘텀</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>가중치 감쇠</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>배치 크기</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>최적화기</translation>
    </message>
    <message>
        <source>Nesterov momentum</source>
        <translation>네스테로프 모멘텀</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>안내</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>SnippetEditor</name>
    <message>
        <source>Snippet</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>Python; Ctrl+Return runs it, F6 leaves the editor</source>
        <translation>파이썬. Ctrl+Return으로 실행하고 F6으로 편집기를 떠납니다</translation>
    </message>
</context>
<context>
    <name>Sparkline</name>
    <message>
        <source>Loss so far</source>
        <translation>지금까지의 손실</translation>
    </message>
</context>
<context>
    <name>StageStrip</name>
    <message>
        <source>What the network gets</source>
        <translation>신경망이 받는 그림</translation>
    </message>
    <message>
        <source>Nothing drawn yet</source>
        <translation>아직 그리지 않음</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>What the network gets</source>
        <translation>신경망이 받는 그림</translation>
    </message>
    <message>
        <source>The network gets the drawing without: {0}</source>
        <translation>신경망이 받는 그림에서 빠진 단계: {0}</translation>
    </message>
    <message>
        <source>Point at a picture to read what happened; click it to leave that step out.</source>
        <translation>그림을 가리키면 설명이 나오고, 누르면 그 단계를 뺍니다.</translation>
    </message>
</context>
<context>
    <name>StepCard</name>
    <message>
        <source>What the node does</source>
        <translation>노드가 하는 일</translation>
    </message>
    <message>
        <source>Place in the walk</source>
        <translation>진행 위치</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>노드</translation>
    </message>
    <message>
        <source>Node, as PyTorch spells it</source>
        <translation>PyTorch가 쓰는 노드 이름</translation>
    </message>
    <message>
        <source>State of the walk</source>
        <translation>진행 상태</translation>
    </message>
    <message>
        <source>The loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Run to {0}</source>
        <translation>{0}까지 실행</translation>
    </message>
    <message>
        <source>Or click any node, then Run to the selected node (F8).</source>
        <translation>또는 아무 노드나 누른 뒤 선택한 노드까지 실행(F8)하세요.</translation>
    </message>
</context>
<context>
    <name>Store</name>
    <message>
        <source>There is no earlier run yet: one is kept when another takes its place.</source>
        <translation>아직 이전 실행이 없습니다. 다른 실행으로 바뀔 때 보관됩니다.</translation>
    </message>
</context>
<context>
    <name>TermsCard</name>
    <message>
        <source>Microscope</source>
        <translation>현미경</translation>
    </message>
    <message>
        <source>Close the microscope (Esc)</source>
        <translation>현미경 닫기 (Esc)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>The number</source>
        <translation>그 수</translation>
    </message>
    <message>
        <source>How it comes about</source>
        <translation>생겨난 까닭</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>검산</translation>
    </message>
    <message>
        <source>From the terms to the total</source>
        <translation>항에서 합까지</translation>
    </message>
</context>
<context>
    <name>TermsList</name>
    <message>
        <source>Terms, largest first</source>
        <translation>항, 큰 것부터</translation>
    </message>
    <message>
        <source>Left the factor from below, then the weights, then their products; blue − orange +</source>
        <translation>왼쪽은 다른 층의 수, 다음은 가중치, 다음은 그 곱; 파랑 − 주황 +</translation>
    </message>
    <message>
        <source>{0} × weights = products</source>
        <translation>{0} × 가중치 = 곱</translation>
    </message>
    <message>
        <source>∂{0} × patch = products</source>
        <translation>∂{0} × 조각 = 곱</translation>
    </message>
    <message>
        <source>ALL {0} TERMS, LARGEST FIRST</source>
        <translation>항 {0}개 모두, 큰 것부터</translation>
    </message>
    <message>
        <source>THE ONLY TERM</source>
        <translation>하나뿐인 항</translation>
    </message>
    <message>
        <source>THE {0} NUMBERS OF THE WINDOW, LARGEST FIRST</source>
        <translation>창의 수 {0}개, 큰 것부터</translation>
    </message>
</context>
<context>
    <name>TestPanel</name>
    <message>
        <source>Test</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Not tested yet</source>
        <translation>아직 시험하지 않음</translation>
    </message>
    <message>
        <source>Test now</source>
        <translation>지금 시험</translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation>혼동 행렬</translation>
    </message>
    <message>
        <source>surest mistakes: truth → answer</source>
        <translation>가장 확신한 실수: 정답 → 답</translation>
    </message>
    <message>
        <source>{0:.2f} % right at step {1}</source>
        <translation>{1}단계에서 {0:.2f} % 정답</translation>
    </message>
</context>
<context>
    <name>TimelineStrip</name>
    <message>
        <source>Timeline</source>
        <translation>시간선</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>한 단계</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>정확도</translation>
    </message>
    <message>
        <source>step 0</source>
        <translation>0단계</translation>
    </message>
    <message>
        <source>loss —</source>
        <translation>손실 —</translation>
    </message>
    <message>
        <source>accuracy —</source>
        <translation>정확도 —</translation>
    </message>
    <message>
        <source>step {0}</source>
        <translation>{0}단계</translation>
    </message>
    <message>
        <source>{0} images/s</source>
        <translation>초당 {0}장</translation>
    </message>
    <message>
        <source>loss {0}</source>
        <translation>손실 {0}</translation>
    </message>
    <message>
        <source>accuracy {0}</source>
        <translation>정확도 {0}</translation>
    </message>
</context>
<context>
    <name>TimingBars</name>
    <message>
        <source>Times on this machine</source>
        <translation>이 컴퓨터에서 걸린 시간</translation>
    </message>
    <message>
        <source>simple twin</source>
        <translation>쉬운 쌍둥이</translation>
    </message>
    <message>
        <source>fast kernel</source>
        <translation>빠른 커널</translation>
    </message>
    <message>
        <source>GPU kernel</source>
        <translation>GPU 커널</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Message</source>
        <translation>안내</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>안내 닫기</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Transport</source>
        <translation>조작</translation>
    </message>
    <message>
        <source>All commands (F10)</source>
        <translation>모든 명령 (F10)</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>Which network, and which weights it has</source>
        <translation>어떤 신경망이고 어떤 가중치를 쓰는지</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>처음으로</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>한 단계</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Optimizer, learning rate, batch size: change them while it runs (E)</source>
        <translation>최적화기, 학습률, 배치 크기: 실행 중에도 바꿀 수 있습니다 (E)</translation>
    </message>
    <message>
        <source>Training settings</source>
        <translation>학습 설정</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>batch {0}</source>
        <translation>배치 {0}</translation>
    </message>
</context>
<context>
    <name>VariableTable</name>
    <message>
        <source>Variables</source>
        <translation>변수</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
</context>
<context>
    <name>WalkPhases</name>
    <message>
        <source>Phases of the step</source>
        <translation>학습 단계의 국면</translation>
    </message>
    <message>
        <source>Go to the forward pass, the loss, the backward pass or the update</source>
        <translation>순전파, 손실, 역전파 또는 갱신으로 이동</translation>
    </message>
    <message>
        <source>forward</source>
        <translation>순전파</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>backward</source>
        <translation>역전파</translation>
    </message>
    <message>
        <source>update</source>
        <translation>갱신</translation>
    </message>
</context>
<context>
    <name>WalkTransport</name>
    <message>
        <source>Walk through the backward pass</source>
        <translation>역전파 따라가기</translation>
    </message>
    <message>
        <source>Speed of the slow walk</source>
        <translation>천천히 갈 때의 속도</translation>
    </message>
    <message>
        <source>Nodes per second (Ctrl+Up, Ctrl+Down)</source>
        <translation>초당 노드 수 (Ctrl+Up, Ctrl+Down)</translation>
    </message>
    <message>
        <source>{0}/s</source>
        <translation>{0}/초</translation>
    </message>
</context>
<context>
    <name>YouPanel</name>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>그리기</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>견본</translation>
    </message>
    <message>
        <source>Fine pen</source>
        <translation>가는 펜</translation>
    </message>
    <message>
        <source>Medium pen</source>
        <translation>보통 펜</translation>
    </message>
    <message>
        <source>Broad pen</source>
        <translation>굵은 펜</translation>
    </message>
    <message>
        <source>Very broad pen</source>
        <translation>아주 굵은 펜</translation>
    </message>
    <message>
        <source>Pen width</source>
        <translation>펜 굵기</translation>
    </message>
    <message>
        <source>A {0}</source>
        <translation>숫자 {0}</translation>
    </message>
    <message>
        <source>Any digit</source>
        <translation>아무 숫자</translation>
    </message>
</context>
<context>
    <name>_Gutter</name>
    <message>
        <source>Line numbers</source>
        <translation>행 번호</translation>
    </message>
</context>
<context>
    <name>about</name>
    <message>
        <source>About nbgrad</source>
        <translation>nbgrad 정보</translation>
    </message>
    <message>
        <source>Every number a network computes, forwards and backwards.</source>
        <translation>신경망이 앞뒤로 계산하는 모든 숫자.</translation>
    </message>
    <message>
        <source>MIT licence. Fonts: Inter, NanumGothic and JetBrains Mono, cut, under the SIL Open Font License.</source>
        <translation>MIT 사용권. 글꼴: Inter, NanumGothic, JetBrains Mono에서 추린 것, SIL 오픈 폰트 사용권.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>단축키</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>Training settings</source>
        <translation>학습 설정</translation>
    </message>
    <message>
        <source>Optimizer, learning rate, batch size; they may change while it runs</source>
        <translation>최적화기, 학습률, 배치 크기. 실행 중에도 바꿀 수 있습니다</translation>
    </message>
    <message>
        <source>Enlarge the backward graph</source>
        <translation>역전파 그래프 크게 보기</translation>
    </message>
    <message>
        <source>Give the backward graph the middle of the window, and back</source>
        <translation>역전파 그래프를 창 가운데에 놓거나 되돌립니다</translation>
    </message>
    <message>
        <source>Only the centre</source>
        <translation>가운데만 보기</translation>
    </message>
    <message>
        <source>Hide the panels around the centre, and show them again</source>
        <translation>둘레의 패널을 감추거나 다시 보입니다</translation>
    </message>
    <message>
        <source>Fit network and graph</source>
        <translation>신경망과 그래프 맞춤</translation>
    </message>
    <message>
        <source>Show all of the network and of the backward graph</source>
        <translation>신경망과 역전파 그래프 전체를 보입니다</translation>
    </message>
    <message>
        <source>Network as blocks</source>
        <translation>신경망을 블록으로</translation>
    </message>
    <message>
        <source>One block for each layer, and back to every cell</source>
        <translation>층마다 블록 하나로, 다시 누르면 모든 칸으로</translation>
    </message>
    <message>
        <source>Microscope</source>
        <translation>현미경</translation>
    </message>
    <message>
        <source>Show the arithmetic of the cell under the pointer, or of the strongest one</source>
        <translation>포인터 아래 칸, 없으면 가장 강한 칸의 계산을 보입니다</translation>
    </message>
    <message>
        <source>Drawing / batch</source>
        <translation>그림 / 배치</translation>
    </message>
    <message>
        <source>Show the layers for your drawing, or for the last training batch</source>
        <translation>내 그림 또는 마지막 학습 배치의 층을 보입니다</translation>
    </message>
    <message>
        <source>Numbers of the selection</source>
        <translation>고른 것의 수</translation>
    </message>
    <message>
        <source>Inspector: values, gradients, histograms, diagnosis</source>
        <translation>살펴보기: 값, 기울기, 히스토그램, 진단</translation>
    </message>
    <message>
        <source>Kernel of the selection</source>
        <translation>고른 것의 커널</translation>
    </message>
    <message>
        <source>Inspector: the code that computes it, and how long it takes here</source>
        <translation>살펴보기: 계산하는 코드와 여기서 걸리는 시간</translation>
    </message>
    <message>
        <source>Edit weights</source>
        <translation>가중치 고치기</translation>
    </message>
    <message>
        <source>Inspector: set, scale or zero weights and see what it does</source>
        <translation>살펴보기: 가중치를 바꾸거나 0으로 만들고 결과를 봅니다</translation>
    </message>
    <message>
        <source>Check the gradient</source>
        <translation>기울기 검사</translation>
    </message>
    <message>
        <source>Backward&apos;s answer against finite differences, for the selected parameter</source>
        <translation>고른 매개변수에서 역전파의 답을 유한 차분과 견줍니다</translation>
    </message>
    <message>
        <source>Learning curves</source>
        <translation>학습 곡선</translation>
    </message>
    <message>
        <source>Loss and accuracy by step</source>
        <translation>단계별 손실과 정확도</translation>
    </message>
    <message>
        <source>Test result</source>
        <translation>시험 결과</translation>
    </message>
    <message>
        <source>Confusion matrix and surest mistakes</source>
        <translation>혼동 행렬과 가장 확신한 실수</translation>
    </message>
    <message>
        <source>Layer health</source>
        <translation>층 상태</translation>
    </message>
    <message>
        <source>Size of gradients and updates, layer by layer</source>
        <translation>층마다 기울기와 갱신의 크기</translation>
    </message>
    <message>
        <source>Next panel</source>
        <translation>다음 패널</translation>
    </message>
    <message>
        <source>Move the keyboard to the next panel</source>
        <translation>키보드를 다음 패널로 옮깁니다</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>움직임 줄이기</translation>
    </message>
    <message>
        <source>Nothing eases or fades: every change is at once</source>
        <translation>모든 변화가 곧바로 나타납니다</translation>
    </message>
    <message>
        <source>Default layout</source>
        <translation>기본 배치</translation>
    </message>
    <message>
        <source>Put every panel back where it belongs</source>
        <translation>모든 패널을 제자리로 돌립니다</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>Open the menu of all commands</source>
        <translation>모든 명령의 메뉴를 엽니다</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>명령 찾기</translation>
    </message>
    <message>
        <source>Type a few letters of what you want to do</source>
        <translation>하고 싶은 일을 몇 글자 적으세요</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>학습(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Draw</source>
        <translation>그리기(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Backward</source>
        <translation>역전파(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Console</source>
        <translation>콘솔(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Lessons</source>
        <translation>수업(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>열기…</translation>
    </message>
    <message>
        <source>Load a checkpoint or weights, PyTorch&apos;s too; or drop the file on the window</source>
        <translation>체크포인트나 가중치(PyTorch 파일 포함)를 불러옵니다. 파일을 창에 끌어다 놓아도 됩니다</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>저장…</translation>
    </message>
    <message>
        <source>Write weights, optimizer and settings to a checkpoint</source>
        <translation>가중치, 최적화기, 설정을 체크포인트에 씁니다</translation>
    </message>
    <message>
        <source>Bring back the earlier run</source>
        <translation>이전 실행 되돌리기</translation>
    </message>
    <message>
        <source>Swap with the run that a reset, another network, a file or closing the lab has ended</source>
        <translation>초기화, 다른 네트워크, 파일 열기 또는 종료로 끝난 실행과 맞바꿉니다</translation>
    </message>
    <message>
        <source>Choose MNIST folder…</source>
        <translation>MNIST 폴더 고르기…</translation>
    </message>
    <message>
        <source>Train on the four MNIST files of a folder</source>
        <translation>폴더의 MNIST 파일 네 개로 학습합니다</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>끝내기</translation>
    </message>
    <message>
        <source>Close the lab</source>
        <translation>실험실을 닫습니다</translation>
    </message>
    <message>
        <source>Run / pause</source>
        <translation>실행 / 멈춤</translation>
    </message>
    <message>
        <source>Train until paused; pausing loses nothing</source>
        <translation>멈출 때까지 학습합니다. 멈춰도 잃는 것은 없습니다</translation>
    </message>
    <message>
        <source>Step one batch</source>
        <translation>배치 하나 학습</translation>
    </message>
    <message>
        <source>Forward, loss, backward and update of one batch</source>
        <translation>배치 하나의 순전파, 손실, 역전파, 갱신</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>처음으로</translation>
    </message>
    <message>
        <source>Back to step 0 with the same seed: the same run again</source>
        <translation>같은 시드로 0단계부터 똑같이 다시</translation>
    </message>
    <message>
        <source>Fresh network</source>
        <translation>새 신경망</translation>
    </message>
    <message>
        <source>Start from random weights, drawn from the seed</source>
        <translation>시드에서 뽑은 무작위 가중치로 시작합니다</translation>
    </message>
    <message>
        <source>Trained weights</source>
        <translation>학습된 가중치</translation>
    </message>
    <message>
        <source>Start from the trained weights that ship with nbgrad</source>
        <translation>nbgrad에 든 학습된 가중치로 시작합니다</translation>
    </message>
    <message>
        <source>LeNet</source>
        <translation>LeNet</translation>
    </message>
    <message>
        <source>A fresh LeNet: two convolutions, three linear layers</source>
        <translation>새 LeNet: 합성곱 두 층과 선형 세 층</translation>
    </message>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>A fresh network of two linear layers, 784 → 128 → 10</source>
        <translation>선형 두 층의 새 신경망, 784 → 128 → 10</translation>
    </message>
    <message>
        <source>ResNet-18</source>
        <translation>ResNet-18</translation>
    </message>
    <message>
        <source>A fresh ResNet-18 with ten classes: 11 million weights, so it trains slowly</source>
        <translation>클래스가 열 개인 새 ResNet-18: 가중치가 1100만 개라 천천히 학습합니다</translation>
    </message>
    <message>
        <source>Compute on the CPU</source>
        <translation>CPU로 계산</translation>
    </message>
    <message>
        <source>Go on with the same weights on the processor</source>
        <translation>같은 가중치로 CPU에서 이어 갑니다</translation>
    </message>
    <message>
        <source>Compute on the GPU</source>
        <translation>GPU로 계산</translation>
    </message>
    <message>
        <source>Go on with the same weights on an NVIDIA graphics card</source>
        <translation>같은 가중치로 NVIDIA 그래픽 카드에서 이어 갑니다</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>시험</translation>
    </message>
    <message>
        <source>Classify the test set: accuracy, confusion matrix, worst mistakes</source>
        <translation>시험 집합을 분류합니다: 정확도, 혼동 행렬, 가장 큰 실수</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>견본</translation>
    </message>
    <message>
        <source>Show a random picture of the test set</source>
        <translation>시험 집합의 그림을 무작위로 보입니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Take back the last stroke, clearing, sample or picture</source>
        <translation>마지막 획, 지우기, 견본, 사진을 되돌립니다</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Do again what undo took back</source>
        <translation>되돌린 것을 다시 합니다</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>지우개</translation>
    </message>
    <message>
        <source>Rub out instead of drawing; the right mouse button always does</source>
        <translation>그리는 대신 지웁니다. 오른쪽 버튼은 언제나 지웁니다</translation>
    </message>
    <message>
        <source>Paste picture</source>
        <translation>그림 붙여넣기</translation>
    </message>
    <message>
        <source>Use a copied picture, a photo of a digit too</source>
        <translation>복사한 그림이나 숫자 사진을 씁니다</translation>
    </message>
    <message>
        <source>Open picture…</source>
        <translation>그림 열기…</translation>
    </message>
    <message>
        <source>Use a picture file, a photo of a digit too</source>
        <translation>그림 파일이나 숫자 사진을 씁니다</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Empty the canvas</source>
        <translation>그림판을 비웁니다</translation>
    </message>
    <message>
        <source>All stages</source>
        <translation>모든 단계</translation>
    </message>
    <message>
        <source>Take in every step of preprocessing that was left out</source>
        <translation>빼 둔 전처리 단계를 모두 되살립니다</translation>
    </message>
    <message>
        <source>Teach this as…</source>
        <translation>이 그림 가르치기…</translation>
    </message>
    <message>
        <source>Keep the drawing and say what it is: then type the digit</source>
        <translation>그림을 간직하고 무엇인지 알려 줍니다. 이어서 숫자를 누르세요</translation>
    </message>
    <message>
        <source>Take the last one back</source>
        <translation>마지막 그림 되돌리기</translation>
    </message>
    <message>
        <source>Leave the last drawing out of your own set again</source>
        <translation>내 그림 모음에서 마지막 그림을 다시 뺍니다</translation>
    </message>
    <message>
        <source>Train with mine</source>
        <translation>내 그림으로 훈련</translation>
    </message>
    <message>
        <source>Train with your own drawings among the data, or without them again</source>
        <translation>내 그림을 데이터에 섞어 훈련하거나 다시 빼고 훈련합니다</translation>
    </message>
    <message>
        <source>Export my drawings…</source>
        <translation>내 그림 내보내기…</translation>
    </message>
    <message>
        <source>Write your own set to a file, to take along or give away</source>
        <translation>내 그림 모음을 파일로 저장해 가져가거나 나눠 줍니다</translation>
    </message>
    <message>
        <source>Import drawings…</source>
        <translation>그림 가져오기…</translation>
    </message>
    <message>
        <source>Add the drawings of a file to your own set</source>
        <translation>파일에 든 그림을 내 그림 모음에 더합니다</translation>
    </message>
    <message>
        <source>Drawing alone</source>
        <translation>그림만</translation>
    </message>
    <message>
        <source>Show the drawing without what speaks for its digit</source>
        <translation>근거를 겹치지 않고 그림만 보여 줍니다</translation>
    </message>
    <message>
        <source>Input gradient</source>
        <translation>입력 기울기</translation>
    </message>
    <message>
        <source>Which pixels speak for the digit: the slope of its logit</source>
        <translation>어느 픽셀이 이 숫자의 근거인지: 로짓의 기울기</translation>
    </message>
    <message>
        <source>Gradient × input</source>
        <translation>기울기 × 입력</translation>
    </message>
    <message>
        <source>Which pixels speak for the digit: slope times ink</source>
        <translation>어느 픽셀이 이 숫자의 근거인지: 기울기 곱하기 잉크</translation>
    </message>
    <message>
        <source>Occlusion</source>
        <translation>가리기</translation>
    </message>
    <message>
        <source>Which pixels speak for the digit: blank them and look</source>
        <translation>어느 픽셀이 이 숫자의 근거인지: 가려 보고 비교</translation>
    </message>
    <message>
        <source>Grad-CAM</source>
        <translation>Grad-CAM</translation>
    </message>
    <message>
        <source>Which pixels speak for the digit: the maps of the last convolution</source>
        <translation>어느 픽셀이 이 숫자의 근거인지: 마지막 합성곱의 맵</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Colour the network by its values</source>
        <translation>신경망을 값으로 칠합니다</translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>Colour the network by the gradients of the loss</source>
        <translation>신경망을 손실의 기울기로 칠합니다</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>갱신</translation>
    </message>
    <message>
        <source>Colour the parameters by what the last step changed</source>
        <translation>마지막 단계가 바꾼 만큼 매개변수를 칠합니다</translation>
    </message>
    <message>
        <source>Gradients of loss / of logit</source>
        <translation>손실 / 로짓의 기울기</translation>
    </message>
    <message>
        <source>Take gradients of the loss, or of the chosen digit&apos;s logit</source>
        <translation>손실 또는 고른 숫자의 로짓에 대한 기울기를 봅니다</translation>
    </message>
    <message>
        <source>Undo weight edit</source>
        <translation>가중치 고치기 취소</translation>
    </message>
    <message>
        <source>Take back the last change made to weights by hand</source>
        <translation>손으로 바꾼 마지막 가중치를 되돌립니다</translation>
    </message>
    <message>
        <source>Light / dark</source>
        <translation>밝게 / 어둡게</translation>
    </message>
    <message>
        <source>Switch between the light and the dark theme</source>
        <translation>밝은 테마와 어두운 테마를 바꿉니다</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>크게</translation>
    </message>
    <message>
        <source>Larger text and controls, for a classroom</source>
        <translation>교실에서 보기 좋게 글자와 단추를 키웁니다</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>작게</translation>
    </message>
    <message>
        <source>Smaller text and controls</source>
        <translation>글자와 단추를 줄입니다</translation>
    </message>
    <message>
        <source>Normal size</source>
        <translation>보통 크기</translation>
    </message>
    <message>
        <source>Text and controls at 100 %</source>
        <translation>글자와 단추를 100 %로</translation>
    </message>
    <message>
        <source>About nbgrad</source>
        <translation>nbgrad 정보</translation>
    </message>
    <message>
        <source>Versions, licence and the keys of the lab</source>
        <translation>버전, 사용권, 단축키</translation>
    </message>
    <message>
        <source>Walk backward</source>
        <translation>거꾸로 걷기</translation>
    </message>
    <message>
        <source>From the loss back to every weight, node by node, with all the numbers</source>
        <translation>손실에서 모든 가중치까지 노드 하나씩, 모든 수와 함께</translation>
    </message>
    <message>
        <source>Watch its gradient</source>
        <translation>기울기 지켜보기</translation>
    </message>
    <message>
        <source>Walk from the loss to where the selected parameter&apos;s gradient is made</source>
        <translation>손실에서 선택한 매개변수의 기울기가 만들어지는 곳까지 걷습니다</translation>
    </message>
    <message>
        <source>Next node</source>
        <translation>다음 노드</translation>
    </message>
    <message>
        <source>Let the next node of the backward pass work</source>
        <translation>역전파의 다음 노드를 실행합니다</translation>
    </message>
    <message>
        <source>Node back</source>
        <translation>이전 노드</translation>
    </message>
    <message>
        <source>Undo what the last node did</source>
        <translation>마지막 노드가 한 일을 되돌립니다</translation>
    </message>
    <message>
        <source>Walk slowly / stop</source>
        <translation>천천히 진행 / 멈춤</translation>
    </message>
    <message>
        <source>Node after node, until the end or a breakpoint</source>
        <translation>끝이나 중단점까지 노드를 하나씩 실행합니다</translation>
    </message>
    <message>
        <source>Run to the selected node</source>
        <translation>선택한 노드까지 실행</translation>
    </message>
    <message>
        <source>On to the selected node or the next breakpoint</source>
        <translation>선택한 노드나 다음 중단점까지 갑니다</translation>
    </message>
    <message>
        <source>Run to the end</source>
        <translation>끝까지 실행</translation>
    </message>
    <message>
        <source>The whole backward pass, until every gradient is there</source>
        <translation>모든 기울기가 나올 때까지 역전파 전체를 실행합니다</translation>
    </message>
    <message>
        <source>Rewind</source>
        <translation>되감기</translation>
    </message>
    <message>
        <source>Back to the loss, before the backward pass</source>
        <translation>역전파 이전, 손실로 돌아갑니다</translation>
    </message>
    <message>
        <source>Walk faster</source>
        <translation>더 빠르게</translation>
    </message>
    <message>
        <source>More nodes per second</source>
        <translation>초당 노드 수를 늘립니다</translation>
    </message>
    <message>
        <source>Walk slower</source>
        <translation>더 느리게</translation>
    </message>
    <message>
        <source>Fewer nodes per second</source>
        <translation>초당 노드 수를 줄입니다</translation>
    </message>
    <message>
        <source>Breakpoint</source>
        <translation>중단점</translation>
    </message>
    <message>
        <source>Stop at the selected node, or no longer</source>
        <translation>선택한 노드에서 멈추거나, 멈추지 않게 합니다</translation>
    </message>
    <message>
        <source>With / without zero_grad()</source>
        <translation>zero_grad() 사용 / 사용 안 함</translation>
    </message>
    <message>
        <source>Begin with empty gradients, or add to those of the last training step</source>
        <translation>빈 기울기에서 시작하거나, 마지막 학습 단계의 기울기에 더합니다</translation>
    </message>
    <message>
        <source>Leave the walk</source>
        <translation>따라가기 끝내기</translation>
    </message>
    <message>
        <source>Show the graph of the last training step again</source>
        <translation>마지막 학습 단계의 그래프를 다시 보여 줍니다</translation>
    </message>
    <message>
        <source>Find a node</source>
        <translation>노드 찾기</translation>
    </message>
    <message>
        <source>Type a part of a node&apos;s or a parameter&apos;s name; Enter goes to the next one</source>
        <translation>노드나 매개변수 이름의 일부를 입력하세요. Enter는 다음 것으로 갑니다</translation>
    </message>
    <message>
        <source>Fold / open the module</source>
        <translation>모듈 접기 / 펼치기</translation>
    </message>
    <message>
        <source>Fold the module around the selected node into a box, or open the selected box</source>
        <translation>선택한 노드의 모듈을 상자 하나로 접거나, 선택한 상자를 펼칩니다</translation>
    </message>
    <message>
        <source>Fold all / open all</source>
        <translation>모두 접기 / 모두 펼치기</translation>
    </message>
    <message>
        <source>Fold every module of the graph, or open all of them</source>
        <translation>그래프의 모든 모듈을 접거나 모두 펼칩니다</translation>
    </message>
    <message>
        <source>Export the graph…</source>
        <translation>그래프 내보내기…</translation>
    </message>
    <message>
        <source>Write the backward graph as SVG, PNG or DOT</source>
        <translation>역전파 그래프를 SVG, PNG, DOT로 저장합니다</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>콘솔</translation>
    </message>
    <message>
        <source>Write Python with the engine as torch, and walk what it made</source>
        <translation>엔진을 torch로 써서 파이썬을 적고, 만들어진 그래프를 걷습니다</translation>
    </message>
    <message>
        <source>Run the snippet</source>
        <translation>코드 실행</translation>
    </message>
    <message>
        <source>Run what stands in the console; its variables stay</source>
        <translation>콘솔에 적힌 것을 실행합니다. 변수는 남습니다</translation>
    </message>
    <message>
        <source>Stop the snippet</source>
        <translation>코드 정지</translation>
    </message>
    <message>
        <source>Interrupt it; what does not listen within a second loses its variables</source>
        <translation>실행을 중단합니다. 1초 안에 멈추지 않으면 변수가 사라집니다</translation>
    </message>
    <message>
        <source>Walk the chosen tensor</source>
        <translation>고른 텐서 걷기</translation>
    </message>
    <message>
        <source>Open its backward graph, to be stepped through node by node</source>
        <translation>역전파 그래프를 열어 노드를 하나씩 걷습니다</translation>
    </message>
    <message>
        <source>Snippets to begin with</source>
        <translation>시작용 예제</translation>
    </message>
    <message>
        <source>Put an example into the editor; Ctrl+Z brings back what stood there</source>
        <translation>예제를 편집기에 넣습니다. Ctrl+Z로 있던 것을 되돌립니다</translation>
    </message>
    <message>
        <source>Earlier snippet</source>
        <translation>이전 코드</translation>
    </message>
    <message>
        <source>Bring back the snippet that was run before</source>
        <translation>전에 실행한 코드를 다시 가져옵니다</translation>
    </message>
    <message>
        <source>Later snippet</source>
        <translation>다음 코드</translation>
    </message>
    <message>
        <source>On to the snippet that was run after it</source>
        <translation>그다음에 실행한 코드로 갑니다</translation>
    </message>
    <message>
        <source>Clear the output</source>
        <translation>출력 지우기</translation>
    </message>
    <message>
        <source>Empty the output; variables stay</source>
        <translation>출력을 비웁니다. 변수는 남습니다</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>새 세션</translation>
    </message>
    <message>
        <source>Forget all variables of the console and begin anew</source>
        <translation>콘솔의 변수를 모두 잊고 새로 시작합니다</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>수업</translation>
    </message>
    <message>
        <source>Predict what the engine will compute, and see why</source>
        <translation>엔진이 무엇을 계산할지 예측하고 까닭을 봅니다</translation>
    </message>
    <message>
        <source>Check, or next step</source>
        <translation>확인, 또는 다음 단계</translation>
    </message>
    <message>
        <source>Hold the prediction against the engine, then go on</source>
        <translation>예측을 엔진의 답과 견준 뒤 나아갑니다</translation>
    </message>
    <message>
        <source>Step before</source>
        <translation>이전 단계</translation>
    </message>
    <message>
        <source>Back to the step before, to predict it again</source>
        <translation>이전 단계로 돌아가 다시 예측합니다</translation>
    </message>
    <message>
        <source>Leave the lesson</source>
        <translation>수업 나가기</translation>
    </message>
    <message>
        <source>Back to the list of lessons; your place is kept</source>
        <translation>수업 목록으로 돌아갑니다. 있던 자리는 기억합니다</translation>
    </message>
    <message>
        <source>Open a lesson file…</source>
        <translation>수업 파일 열기…</translation>
    </message>
    <message>
        <source>Take a lesson that somebody wrote; or drop its file on the window</source>
        <translation>누군가 쓴 수업을 엽니다. 파일을 창에 끌어다 놓아도 됩니다</translation>
    </message>
</context>
<context>
    <name>console</name>
    <message>
        <source>The session cannot start: {0}.</source>
        <translation>세션을 시작할 수 없습니다: {0}.</translation>
    </message>
    <message>
        <source>A snippet is running: stop it first (Ctrl+.).</source>
        <translation>코드가 실행 중입니다. 먼저 정지하세요 (Ctrl+.).</translation>
    </message>
    <message>
        <source>There is no session to walk in: run the snippet first.</source>
        <translation>걸을 세션이 없습니다. 먼저 코드를 실행하세요.</translation>
    </message>
    <message>
        <source>The snippet did not listen, so its session was ended: variables are gone.</source>
        <translation>코드가 멈추지 않아 세션을 끝냈습니다. 변수는 사라졌습니다.</translation>
    </message>
    <message>
        <source>The session was ended: {0} Its variables are gone.</source>
        <translation>세션을 끝냈습니다: {0} 변수는 사라졌습니다.</translation>
    </message>
    <message>
        <source>The session ended by itself (exit code {0}): its variables are gone.</source>
        <translation>세션이 스스로 끝났습니다 (종료 코드 {0}). 변수는 사라졌습니다.</translation>
    </message>
    <message>
        <source>The walk was stopped.</source>
        <translation>걷기를 멈췄습니다.</translation>
    </message>
    <message>
        <source>This walk cannot be shown: {0}.</source>
        <translation>이 걷기는 보여 줄 수 없습니다: {0}.</translation>
    </message>
    <message>
        <source>The output is cut here, after {0} characters; the snippet goes on.</source>
        <translation>출력이 {0}자를 넘어 여기서 잘립니다. 코드는 계속 실행됩니다.</translation>
    </message>
    <message>
        <source>sys.exit() ended the snippet; the session goes on.</source>
        <translation>sys.exit()가 코드를 끝냈습니다. 세션은 계속됩니다.</translation>
    </message>
    <message>
        <source>There is no backward pass of {0} to walk.</source>
        <translation>{0}에는 걸을 역전파가 없습니다.</translation>
    </message>
</context>
<context>
    <name>diagnosis</name>
    <message>
        <source>not a number any more: reset, and lower the learning rate</source>
        <translation>더는 숫자가 아닙니다: 처음으로 돌아가 학습률을 낮추세요</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
    <message>
        <source>rule: every gradient is a number</source>
        <translation>기준: 모든 기울기가 수</translation>
    </message>
    <message>
        <source>the gradient is not a number: lower the learning rate</source>
        <translation>기울기가 숫자가 아닙니다: 학습률을 낮추세요</translation>
    </message>
    <message>
        <source>rule: |gradient| is above 0</source>
        <translation>기준: |기울기|가 0보다 큼</translation>
    </message>
    <message>
        <source>no gradient arrives: nothing is learnt here</source>
        <translation>기울기가 도착하지 않습니다: 여기서는 배우지 않습니다</translation>
    </message>
    <message>
        <source>rule: fewer than half of the units were silent for the whole batch</source>
        <translation>기준: 배치 내내 침묵한 유닛이 절반 미만</translation>
    </message>
    <message>
        <source>dead: most units never fire, so they cannot learn</source>
        <translation>죽음: 유닛 대부분이 켜지지 않아 배울 수 없습니다</translation>
    </message>
    <message>
        <source>rule: update / weight is below {0}</source>
        <translation>기준: 갱신 / 가중치가 {0} 미만</translation>
    </message>
    <message>
        <source>rule: one gradient number is above 1/1000 of the last layer&apos;s</source>
        <translation>기준: 기울기 하나가 마지막 층의 1/1000보다 큼</translation>
    </message>
    <message>
        <source>vanishing: hardly any gradient comes back this far</source>
        <translation>소실: 기울기가 여기까지 거의 돌아오지 않습니다</translation>
    </message>
    <message>
        <source>rule: one gradient number is below 1000 times the last layer&apos;s</source>
        <translation>기준: 기울기 하나가 마지막 층의 1000배보다 작음</translation>
    </message>
    <message>
        <source>exploding: the gradient grows on its way back</source>
        <translation>폭발: 기울기가 돌아오면서 커집니다</translation>
    </message>
    <message>
        <source>rule: update / weight is above 1e−6</source>
        <translation>기준: 갱신 / 가중치가 1e−6 초과</translation>
    </message>
    <message>
        <source>hardly moves: the learning rate may be too small</source>
        <translation>거의 움직이지 않습니다: 학습률이 너무 작을 수 있습니다</translation>
    </message>
    <message>
        <source>jumping: lower the learning rate</source>
        <translation>널뜁니다: 학습률을 낮추세요</translation>
    </message>
    <message>
        <source>rule: every weight is a number</source>
        <translation>기준: 모든 가중치가 수</translation>
    </message>
    <message>
        <source>rule: update / weight is from 1e−6 to {0}</source>
        <translation>기준: 갱신 / 가중치가 1e−6에서 {0}까지</translation>
    </message>
    <message>
        <source>large steps: learning, but restless</source>
        <translation>큰 걸음: 배우지만 들썩입니다</translation>
    </message>
    <message>
        <source>healthy: learning, not jumping</source>
        <translation>건강함: 널뛰지 않고 배웁니다</translation>
    </message>
</context>
<context>
    <name>error</name>
    <message>
        <source>nbgrad: an error</source>
        <translation>nbgrad: 오류</translation>
    </message>
    <message>
        <source>Error text</source>
        <translation>오류 내용</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Nothing you made was lost. Copy the text below into a report.</source>
        <translation>잃은 것은 없습니다. 아래 글을 복사해 알려 주세요.</translation>
    </message>
</context>
<context>
    <name>inspector</name>
    <message>
        <source>filter {0} of {1}</source>
        <translation>필터 {0}/{1}</translation>
    </message>
    <message>
        <source>unit {0} of {1}</source>
        <translation>단위 {0}/{1}</translation>
    </message>
    <message>
        <source>each cell is the largest of {0}×{0} numbers</source>
        <translation>칸 하나는 {0}×{0}개 수 가운데 가장 큰 것</translation>
    </message>
    <message>
        <source>no parameters, values for your drawing</source>
        <translation>매개변수 없음, 당신의 그림에 대한 값</translation>
    </message>
</context>
<context>
    <name>lab</name>
    <message>
        <source>Checking the gradient (the first check compiles float64 kernels)</source>
        <translation>기울기 확인 중 (처음에는 float64 커널을 컴파일합니다)</translation>
    </message>
    <message>
        <source>Timing slow twin, fast kernel and numpy</source>
        <translation>느린 쌍둥이, 빠른 커널, numpy의 시간을 재는 중</translation>
    </message>
    <message>
        <source>No weight has changed yet: press Step.</source>
        <translation>아직 바뀐 가중치가 없습니다. 단계를 누르세요.</translation>
    </message>
    <message>
        <source>A gradient check needs a picture: draw a digit, or pick a sample.</source>
        <translation>기울기 확인에는 그림이 필요합니다: 숫자를 그리거나 견본을 고르세요.</translation>
    </message>
    <message>
        <source>Timing a kernel needs a picture: draw a digit, or pick a sample.</source>
        <translation>커널의 시간을 재려면 그림이 필요합니다: 숫자를 그리거나 견본을 고르세요.</translation>
    </message>
    <message>
        <source>Preparing the digits</source>
        <translation>숫자 그림 준비 중</translation>
    </message>
    <message>
        <source>The run so far is kept: «Bring back the earlier run» in the File menu opens it.</source>
        <translation>지금까지의 실행을 보관했습니다. 파일 메뉴의 «이전 실행 되돌리기»로 다시 엽니다.</translation>
    </message>
    <message>
        <source>Compiling the kernels for the GPU</source>
        <translation>GPU 커널 컴파일 중</translation>
    </message>
    <message>
        <source>Something went wrong inside nbgrad ({0}: {1}). The run is paused.</source>
        <translation>nbgrad 안에서 문제가 생겼습니다 ({0}: {1}). 실행을 멈췄습니다.</translation>
    </message>
    <message>
        <source>The state of the run cannot be shown.</source>
        <translation>실행 상태를 보여 줄 수 없습니다.</translation>
    </message>
    <message>
        <source>The trained weights cannot be read, so a fresh network was made: {0}</source>
        <translation>학습된 가중치를 읽을 수 없어 새 신경망을 만들었습니다: {0}</translation>
    </message>
    <message>
        <source>Classifying the test set</source>
        <translation>시험 데이터를 분류하는 중</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation>{0} {1}</translation>
    </message>
    <message>
        <source>{0} {1} with {2} classes the file does not name: answers are class numbers.</source>
        <translation>{0} {1}, 클래스 {2}개. 파일에 이름이 없어 답은 클래스 번호입니다.</translation>
    </message>
    <message>
        <source>{0} {1}: its ten classes are taken for the digits 0 to 9, in order.</source>
        <translation>{0} {1}: 열 개 클래스를 차례로 숫자 0~9로 봅니다.</translation>
    </message>
    <message>
        <source>{0} {1}: a ReLU between its layers and classes 0 to 9 are taken for granted; the file names none.</source>
        <translation>{0} {1}: 층 사이에 ReLU가 있고 클래스가 0~9라고 가정합니다. 파일에는 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>Saved to {0}.</source>
        <translation>{0}에 저장했습니다.</translation>
    </message>
    <message>
        <source>Opened {0}: step {1}.</source>
        <translation>{0}을(를) 열었습니다: {1}단계.</translation>
    </message>
    <message>
        <source>Compiling kernels (first start only)</source>
        <translation>커널 컴파일 중 (처음 시작할 때만)</translation>
    </message>
    <message>
        <source>Kept as no digit.</source>
        <translation>숫자 아님으로 간직했습니다.</translation>
    </message>
    <message>
        <source>Kept as a {0}.</source>
        <translation>{0}(으)로 간직했습니다.</translation>
    </message>
    <message>
        <source>Taken back.</source>
        <translation>되돌렸습니다.</translation>
    </message>
    <message>
        <source>{0} new from {1}.</source>
        <translation>{1}에서 새 그림 {0}개.</translation>
    </message>
    <message>
        <source>Your drawings are in {0}.</source>
        <translation>내 그림을 {0}에 내보냈습니다.</translation>
    </message>
    <message>
        <source>{0} Drawings of your own: {1}.</source>
        <translation>{0} 내 그림: {1}개.</translation>
    </message>
    <message>
        <source>The backward pass can be walked once its kernels are compiled.</source>
        <translation>역전파는 커널 컴파일이 끝나면 걸어 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>There is no loss to walk back from yet: draw a digit, or take a training step.</source>
        <translation>거슬러 갈 손실이 아직 없습니다: 숫자를 그리거나 학습을 한 단계 해 보세요.</translation>
    </message>
    <message>
        <source>The compute worker stopped: {0}</source>
        <translation>계산 작업자가 멈췄습니다: {0}</translation>
    </message>
    <message>
        <source>Something went wrong in the window ({0}: {1}).</source>
        <translation>창에서 문제가 생겼습니다 ({0}: {1}).</translation>
    </message>
    <message>
        <source>{0} does not fit {1}: {2}</source>
        <translation>{0}은(는) {1}에 맞지 않습니다: {2}</translation>
    </message>
    <message>
        <source>It was saved on the GPU and goes on on the CPU: {0}.</source>
        <translation>GPU에서 저장되었지만 CPU에서 이어 갑니다: {0}.</translation>
    </message>
    <message>
        <source>{0} holds an {1} that cannot read drawings: {2}.</source>
        <translation>{0}의 {1}은(는) 그림을 읽을 수 없습니다: {2}.</translation>
    </message>
    <message>
        <source>{0} does not hold weights by name, as a state_dict does.</source>
        <translation>{0}에는 state_dict처럼 이름이 붙은 가중치가 없습니다.</translation>
    </message>
    <message>
        <source>{0} holds the weights of none of the networks here ({1}).</source>
        <translation>{0}의 가중치는 여기 있는 어느 신경망({1})의 것도 아닙니다.</translation>
    </message>
    <message>
        <source>It does not say where the run stopped.</source>
        <translation>실행이 어디서 멈췄는지 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>{0} is no checkpoint of a run. {1}</source>
        <translation>{0}은(는) 실행의 체크포인트가 아닙니다. {1}</translation>
    </message>
    <message>
        <source>There is not enough memory: choose a smaller batch size, or close other programs.</source>
        <translation>메모리가 모자랍니다: 배치 크기를 줄이거나 다른 프로그램을 닫으세요.</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>The start</source>
        <translation>시작 가중치</translation>
    </message>
    <message>
        <source>The optimizer</source>
        <translation>옵티마이저</translation>
    </message>
    <message>
        <source>The device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>The learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>The momentum</source>
        <translation>모멘텀</translation>
    </message>
    <message>
        <source>The weight decay</source>
        <translation>가중치 감쇠</translation>
    </message>
    <message>
        <source>The share of doodles</source>
        <translation>낙서의 비율</translation>
    </message>
    <message>
        <source>The share of your own drawings</source>
        <translation>내 그림의 비율</translation>
    </message>
    <message>
        <source>The batch size</source>
        <translation>배치 크기</translation>
    </message>
    <message>
        <source>The seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The number of epochs</source>
        <translation>에폭 수</translation>
    </message>
    <message>
        <source>The schedule</source>
        <translation>학습률 일정</translation>
    </message>
    <message>
        <source>Nesterov needs a momentum above 0.</source>
        <translation>네스테로프는 0보다 큰 모멘텀이 필요합니다.</translation>
    </message>
    <message>
        <source>Trained weights ship for LeNet alone, not for {0}.</source>
        <translation>학습된 가중치는 LeNet에만 있고 {0}에는 없습니다.</translation>
    </message>
    <message>
        <source>The list of sizes</source>
        <translation>크기 목록</translation>
    </message>
    <message>
        <source>what {0} can have</source>
        <translation>{0}에 맞는 값</translation>
    </message>
    <message>
        <source>The list of names</source>
        <translation>이름 목록</translation>
    </message>
    <message>
        <source>one for each layer</source>
        <translation>층마다 하나</translation>
    </message>
    <message>
        <source>This is not an experiment file: it is no JSON ({0}).</source>
        <translation>실험 파일이 아닙니다: JSON이 아닙니다 ({0}).</translation>
    </message>
    <message>
        <source>This is not an experiment file: it should hold one JSON object.</source>
        <translation>실험 파일이 아닙니다: JSON 객체 하나가 들어 있어야 합니다.</translation>
    </message>
    <message>
        <source>The experiment file has settings nbgrad does not know: {0}.</source>
        <translation>실험 파일에 nbgrad가 모르는 설정이 있습니다: {0}.</translation>
    </message>
    <message>
        <source>a number above {0}</source>
        <translation>{0}보다 큰 수</translation>
    </message>
    <message>
        <source>a number from {0}, below {1}</source>
        <translation>{0} 이상 {1} 미만의 수</translation>
    </message>
    <message>
        <source>a number from {0}</source>
        <translation>{0} 이상의 수</translation>
    </message>
    <message>
        <source>a whole number from {0} to {1}</source>
        <translation>{0}부터 {1}까지의 정수</translation>
    </message>
    <message>
        <source>{0} or {1}</source>
        <translation>{0} 또는 {1}</translation>
    </message>
    <message>
        <source>{0} is {1}, not «{2}».</source>
        <translation>{0}: {1}(이)어야 합니다 (지금은 «{2}»).</translation>
    </message>
    <message>
        <source>the parameter {0} holds the first</source>
        <translation>첫 번째는 파라미터 {0}에 있습니다</translation>
    </message>
    <message>
        <source>the batch itself holds the first</source>
        <translation>첫 번째는 배치 자체에 있습니다</translation>
    </message>
    <message>
        <source>{0} made the first</source>
        <translation>첫 번째는 {0}에서 생겼습니다</translation>
    </message>
    <message>
        <source>the loss is the first to be one</source>
        <translation>첫 번째는 손실입니다</translation>
    </message>
    <message>
        <source>The loss became {0} at step {1}: of the numbers that are not finite, {2}.</source>
        <translation>{1}단계에서 손실이 {0}이(가) 되었습니다. 유한하지 않은 수 가운데 {2}.</translation>
    </message>
    <message>
        <source>The gradient of {0} is not finite at step {1}, the first of them on the way back.</source>
        <translation>{1}단계에서 {0}의 기울기가 유한하지 않습니다. 거슬러 오는 길에서 첫 번째입니다.</translation>
    </message>
    <message>
        <source>The update of step {0} would make {1} overflow.</source>
        <translation>{0}단계의 갱신으로 {1}이(가) 넘칩니다.</translation>
    </message>
    <message>
        <source>{0} The weights of the step before are kept: lower the learning rate, then go on or reset.</source>
        <translation>{0} 이전 단계의 가중치를 간직했습니다: 학습률을 낮춘 뒤 계속하거나 초기화하세요.</translation>
    </message>
    <message>
        <source>There are no drawings of yours yet: teach the network one first.</source>
        <translation>내 그림이 아직 없습니다: 먼저 신경망에 하나 가르치세요.</translation>
    </message>
    <message>
        <source>There is nothing to teach yet: draw a digit first.</source>
        <translation>아직 가르칠 것이 없습니다: 먼저 숫자를 그리세요.</translation>
    </message>
    <message>
        <source>There is no drawing of yours to take back.</source>
        <translation>되돌릴 내 그림이 없습니다.</translation>
    </message>
    <message>
        <source>{0} cannot be read as drawings: {1}</source>
        <translation>{0}을(를) 그림으로 읽을 수 없습니다: {1}</translation>
    </message>
    <message>
        <source>{0} holds no drawings: choose a file that «Export my drawings» wrote.</source>
        <translation>{0}에는 그림이 없습니다: «내 그림 내보내기»로 만든 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{0} holds drawings of another form than 28 x 28 with a label each.</source>
        <translation>{0}의 그림은 28 x 28에 이름표 하나씩인 꼴이 아닙니다.</translation>
    </message>
    <message>
        <source>{0} holds a label that is no digit from 0 to 9.</source>
        <translation>{0}에 0부터 9까지의 숫자가 아닌 이름표가 있습니다.</translation>
    </message>
    <message>
        <source>There is no ink to see in this picture: it needs one dark digit on bright paper, or the reverse.</source>
        <translation>이 그림에서는 획이 보이지 않습니다: 밝은 종이에 어두운 숫자 하나, 또는 그 반대여야 합니다.</translation>
    </message>
    <message>
        <source>This picture is empty.</source>
        <translation>빈 그림입니다.</translation>
    </message>
    <message>
        <source>An edit sets, scales or adds a number, not «{0} {1}».</source>
        <translation>편집은 수를 정하거나 곱하거나 더합니다. «{0} {1}»은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>This edit would make numbers of {0} overflow; nothing was changed.</source>
        <translation>이 편집으로 {0}의 수가 넘칩니다. 아무것도 바꾸지 않았습니다.</translation>
    </message>
    <message>
        <source>There is no edit to undo: a training step or a reset makes edits final.</source>
        <translation>되돌릴 편집이 없습니다: 학습 단계나 초기화가 편집을 확정합니다.</translation>
    </message>
    <message>
        <source>it gave no number to compare with</source>
        <translation>견줄 수가 나오지 않았습니다</translation>
    </message>
    <message>
        <source>The code of this step did not run: {0}.</source>
        <translation>이 단계의 코드가 실행되지 않았습니다: {0}.</translation>
    </message>
    <message>
        <source>Grad-CAM weighs the maps of a convolution: this network has none.</source>
        <translation>Grad-CAM은 합성곱의 맵에 가중치를 줍니다. 이 신경망에는 맵이 없습니다.</translation>
    </message>
    <message>
        <source>{0} is no lesson: it is larger than a megabyte.</source>
        <translation>{0}은(는) 수업이 아닙니다: 1메가바이트보다 큽니다.</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}.</source>
        <translation>{0}을(를) 읽을 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>{0} is no lesson: it is no JSON ({1}).</source>
        <translation>{0}은(는) 수업이 아닙니다: JSON이 아닙니다 ({1}).</translation>
    </message>
    <message>
        <source>{0} is no lesson: {1}.</source>
        <translation>{0}은(는) 수업이 아닙니다: {1}.</translation>
    </message>
    <message>
        <source>its format is «{0}», not «{1}»</source>
        <translation>형식이 «{1}»이(가) 아니라 «{0}»입니다</translation>
    </message>
    <message>
        <source>it has no steps</source>
        <translation>단계가 없습니다</translation>
    </message>
    <message>
        <source>the code of {0} is no list of lines</source>
        <translation>{0}의 코드가 줄 목록이 아닙니다</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
    <message>
        <source>{0} has settings nbgrad does not know</source>
        <translation>{0}에 nbgrad가 모르는 설정이 있습니다</translation>
    </message>
    <message>
        <source>{0}: choices and replies are lists, and one choice alone is none</source>
        <translation>{0}: choices와 replies는 목록이며, 선택지가 하나뿐이면 선택이 아닙니다</translation>
    </message>
    <message>
        <source>{0}: the tolerance is a number from 0, below 1</source>
        <translation>{0}: tolerance는 0 이상 1 미만의 수입니다</translation>
    </message>
    <message>
        <source>{0}: «{1}» is no expression</source>
        <translation>{0}: «{1}»은(는) 식이 아닙니다</translation>
    </message>
    <message>
        <source>{0}: a text is written as {1}</source>
        <translation>{0}: 글은 {1}처럼 씁니다</translation>
    </message>
    <message>
        <source>{0} is no JSON object</source>
        <translation>{0}이(가) JSON 객체가 아닙니다</translation>
    </message>
    <message>
        <source>{0} has a field nbgrad does not know: {1}</source>
        <translation>{0}에 nbgrad가 모르는 항목이 있습니다: {1}</translation>
    </message>
    <message>
        <source>{0} lacks the field {1}</source>
        <translation>{0}에 {1} 항목이 없습니다</translation>
    </message>
    <message>
        <source>Your progress cannot be kept: {0}.</source>
        <translation>진도를 저장할 수 없습니다: {0}.</translation>
    </message>
    <message>
        <source>its first layer reads {0} numbers, a drawing has 784 (28 × 28) or 1024 (32 × 32)</source>
        <translation>첫 층은 숫자 {0}개를 읽지만 그림은 784개(28 × 28) 또는 1024개(32 × 32)입니다</translation>
    </message>
    <message>
        <source>This network has {0} classes and the data ten digits: it can be looked at, not trained or tested.</source>
        <translation>이 신경망은 클래스가 {0}개이고 데이터는 숫자 열 개입니다. 살펴볼 수는 있지만 학습하거나 시험할 수는 없습니다.</translation>
    </message>
    <message>
        <source>No file was opened whose weights the run could begin with.</source>
        <translation>시작할 가중치가 든 파일을 열지 않았습니다.</translation>
    </message>
    <message>
        <source>numba-cuda is not installed; `pip install &quot;nbgrad[cuda]&quot;` brings it</source>
        <translation>numba-cuda가 설치되지 않았습니다. `pip install &quot;nbgrad[cuda]&quot;`로 설치합니다</translation>
    </message>
    <message>
        <source>numba-cuda cannot be imported</source>
        <translation>numba-cuda를 불러올 수 없습니다</translation>
    </message>
    <message>
        <source>no CUDA driver answers</source>
        <translation>응답하는 CUDA 드라이버가 없습니다</translation>
    </message>
    <message>
        <source>no CUDA device answers</source>
        <translation>응답하는 CUDA 장치가 없습니다</translation>
    </message>
    <message>
        <source>the CUDA driver fails</source>
        <translation>CUDA 드라이버가 작동하지 않습니다</translation>
    </message>
    <message>
        <source>{0}{1}</source>
        <translation>{0}{1}</translation>
    </message>
    <message>
        <source>The GPU cannot be used: {0}.</source>
        <translation>GPU를 쓸 수 없습니다: {0}.</translation>
    </message>
    <message>
        <source>The GPU has too little memory for this: the run is on the CPU now, nothing is lost.</source>
        <translation>GPU 메모리가 모자랍니다. 학습을 CPU로 옮겼고, 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>The GPU failed ({0}): the run is on the CPU now, nothing is lost.</source>
        <translation>GPU가 실패했습니다({0}). 학습을 CPU로 옮겼고, 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>The GPU failed ({0}): the run is on the CPU now, at step {1}, the last that was kept.</source>
        <translation>GPU가 실패했습니다({0}). 학습을 CPU로 옮겼고, 마지막으로 보관한 {1}단계부터 이어 갑니다.</translation>
    </message>
</context>
<context>
    <name>network</name>
    <message>
        <source>change of {0}[{1}]</source>
        <translation>{0}[{1}]의 변화</translation>
    </message>
    <message>
        <source>limits of the layer: −{0} … +{0}</source>
        <translation>층의 한계: −{0} … +{0}</translation>
    </message>
    <message>
        <source>no weights</source>
        <translation>가중치 없음</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>convolution {0}</source>
        <translation>합성곱 {0}</translation>
    </message>
    <message>
        <source>max-pooling {0}</source>
        <translation>최대 풀링 {0}</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>residual block</source>
        <translation>잔차 블록</translation>
    </message>
    <message>
        <source>batch normalisation</source>
        <translation>배치 정규화</translation>
    </message>
    <message>
        <source>mean of each map</source>
        <translation>맵마다 평균</translation>
    </message>
    <message>
        <source>{0} weights</source>
        <translation>가중치 {0}개</translation>
    </message>
    <message>
        <source>typical size {0}</source>
        <translation>보통 크기 {0}</translation>
    </message>
</context>
<context>
    <name>pictures</name>
    <message>
        <source>{0} is too large: at most {1} pixels a side.</source>
        <translation>{0}이(가) 너무 큽니다. 한 변은 최대 {1}픽셀입니다.</translation>
    </message>
    <message>
        <source>{0} cannot be read as a picture.</source>
        <translation>{0}을(를) 그림으로 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>There is no picture to paste: copy one first.</source>
        <translation>붙여넣을 그림이 없습니다. 먼저 그림을 복사하세요.</translation>
    </message>
</context>
<context>
    <name>snippets</name>
    <message>
        <source>Tensors</source>
        <translation>텐서</translation>
    </message>
    <message>
        <source>Autograd: Q = 3a³ − b²</source>
        <translation>자동 미분: Q = 3a³ − b²</translation>
    </message>
    <message>
        <source>Backward with a gradient</source>
        <translation>기울기를 주는 backward</translation>
    </message>
    <message>
        <source>Gradients accumulate</source>
        <translation>기울기는 쌓인다</translation>
    </message>
    <message>
        <source>A graph as long as its loop</source>
        <translation>반복만큼 긴 그래프</translation>
    </message>
    <message>
        <source>A small network learns</source>
        <translation>작은 신경망의 학습</translation>
    </message>
    <message>
        <source>Without recording: no_grad</source>
        <translation>기록하지 않기: no_grad</translation>
    </message>
    <message>
        <source>Twice through a graph: retain_graph</source>
        <translation>그래프를 두 번: retain_graph</translation>
    </message>
</context>
<context>
    <name>stages</name>
    <message>
        <source>stroke</source>
        <translation>획</translation>
    </message>
    <message>
        <source>box</source>
        <translation>상자</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>중심</translation>
    </message>
    <message>
        <source>sample</source>
        <translation>견본</translation>
    </message>
    <message>
        <source>photo</source>
        <translation>사진</translation>
    </message>
    <message>
        <source>ink</source>
        <translation>잉크</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>색</translation>
    </message>
    <message>
        <source>28 x 28</source>
        <translation>28 x 28</translation>
    </message>
    <message>
        <source>What you drew: a round pen, darker where it covers more of a pixel.</source>
        <translation>직접 그린 획입니다. 둥근 펜이 픽셀을 많이 덮을수록 진합니다.</translation>
    </message>
    <message>
        <source>Your picture as it came: dark ink on bright paper, or the other way round, under uneven light.</source>
        <translation>받은 그대로의 사진입니다. 밝은 종이에 어두운 잉크, 또는 그 반대이고 빛이 고르지 않습니다.</translation>
    </message>
    <message>
        <source>Light evened out, ink made white, paper black, specks dropped: the network has only seen white ink on black.</source>
        <translation>빛을 고르게 하고 잉크는 희게, 종이는 검게, 티는 지웠습니다. 신경망은 검은 바탕의 흰 잉크만 보았습니다.</translation>
    </message>
    <message>
        <source>Left out: the network gets the picture as it came, paper and shadows included.</source>
        <translation>뺐음: 종이와 그림자까지 받은 그대로 신경망에 들어갑니다.</translation>
    </message>
    <message>
        <source>Only the part that holds ink, so that it does not matter where you drew.</source>
        <translation>잉크가 있는 부분만 잘라, 어디에 그렸는지는 상관없게 합니다.</translation>
    </message>
    <message>
        <source>Left out: the whole sheet goes on, with the digit wherever you drew it.</source>
        <translation>뺐음: 숫자가 그려진 자리 그대로 종이 전체가 넘어갑니다.</translation>
    </message>
    <message>
        <source>Scaled, shape kept, until its longer side is 20 pixels, so that size does not matter either.</source>
        <translation>모양을 지키며 긴 변이 20픽셀이 되게 해, 크기도 상관없게 합니다.</translation>
    </message>
    <message>
        <source>Left out: the digit keeps the size you drew it in, the sheet being 28 pixels wide.</source>
        <translation>뺐음: 종이를 28픽셀로 보고, 그린 크기를 그대로 둡니다.</translation>
    </message>
    <message>
        <source>Placed in 28 x 28 so that the ink balances in the middle: this is what MNIST looks like.</source>
        <translation>잉크의 무게 중심이 가운데 오도록 28×28에 놓습니다. MNIST가 이런 모습입니다.</translation>
    </message>
    <message>
        <source>Left out: the box lies in the middle instead, so that a 4 or a 7 hangs to one side.</source>
        <translation>뺐음: 상자를 가운데 놓아 4나 7이 한쪽으로 치우칩니다.</translation>
    </message>
    <message>
        <source>A border of 2 pixels, so that strokes at the edge lie in the middle of some 5 x 5 window.</source>
        <translation>2픽셀 테두리를 둘러, 가장자리의 획도 어느 5×5 창의 가운데 오게 합니다.</translation>
    </message>
    <message>
        <source>Left out: the 28 x 28 are blown up to 32 x 32 instead, larger than any digit the network has seen.</source>
        <translation>뺐음: 28×28을 32×32로 늘려, 신경망이 본 어느 숫자보다 큽니다.</translation>
    </message>
    <message>
        <source>A picture of the data set: 28 x 28, boxed and centred already.</source>
        <translation>데이터의 그림입니다. 이미 잘라 가운데 놓은 28×28입니다.</translation>
    </message>
    <message>
        <source>The border is cut off again: this network reads 28 × 28.</source>
        <translation>테두리를 다시 잘라 냅니다. 이 신경망은 28 × 28을 읽습니다.</translation>
    </message>
    <message>
        <source>3 × 64 × 64: every pixel doubled, the grey copied to red, green and blue, in the range of ImageNet&apos;s photographs, for which this network was built.</source>
        <translation>3 × 64 × 64: 픽셀마다 두 배로 늘리고 회색을 빨강·초록·파랑에 복사해 ImageNet 사진의 범위로 맞춥니다. 이 신경망은 그런 사진을 위해 만들어졌습니다.</translation>
    </message>
</context>
<context>
    <name>step</name>
    <message>
        <source>loss of the last batch: {0}</source>
        <translation>마지막 배치의 손실: {0}</translation>
    </message>
    <message>
        <source>loss of your drawing as {0}: {1}</source>
        <translation>그린 숫자를 {0}(으)로 본 손실: {1}</translation>
    </message>
    <message>
        <source>{0} is no scalar: the pass begins with a gradient of ones.</source>
        <translation>{0}은(는) 스칼라가 아니므로 1로 채운 기울기에서 시작합니다.</translation>
    </message>
    <message>
        <source>The pass begins with the gradient that {0}.backward() was given.</source>
        <translation>{0}.backward()에 준 기울기에서 시작합니다.</translation>
    </message>
    <message>
        <source>Another loss is asked for: this walk is over. Next node begins a new one.</source>
        <translation>다른 손실을 고르셨으므로 이 걷기는 끝났습니다. 다음 노드를 누르면 새로 시작합니다.</translation>
    </message>
    <message>
        <source>The drawing has changed: this walk is over. Next node begins a new one.</source>
        <translation>그림이 바뀌어 이 진행은 끝났습니다. 다음 노드를 누르면 새로 시작합니다.</translation>
    </message>
    <message>
        <source>The session has ended: this walk is over. Run the snippet again.</source>
        <translation>세션이 끝나 이 걷기도 끝났습니다. 코드를 다시 실행하세요.</translation>
    </message>
    <message>
        <source>The network has changed: this walk is over. Next node begins a new one.</source>
        <translation>신경망이 바뀌어 이 진행은 끝났습니다. 다음 노드를 누르면 새로 시작합니다.</translation>
    </message>
    <message>
        <source>The step is complete: every weight has moved.</source>
        <translation>단계가 끝났습니다. 모든 가중치가 움직였습니다.</translation>
    </message>
    <message>
        <source>The pass is complete: every leaf has its gradient.</source>
        <translation>역전파가 끝났습니다. 모든 잎에 기울기가 있습니다.</translation>
    </message>
    <message>
        <source>The pass is complete: every parameter has its gradient.</source>
        <translation>역전파가 끝났습니다: 모든 매개변수에 기울기가 있습니다.</translation>
    </message>
    <message>
        <source>Nothing is computed yet. Next node (Ctrl+Right) lets the first operation run.</source>
        <translation>아직 아무것도 계산되지 않았습니다. 다음 노드(Ctrl+Right)로 첫 연산을 실행하세요.</translation>
    </message>
    <message>
        <source>Not computed yet: Run to the selected node (F8) lets the forward pass come here.</source>
        <translation>아직 계산되지 않았습니다. 선택한 노드까지 실행(F8)하면 순전파가 여기까지 옵니다.</translation>
    </message>
    <message>
        <source>Not computed yet: Run to the selected node (F8) brings the gradient here.</source>
        <translation>아직 계산되지 않음: 선택한 노드까지 실행(F8)하면 기울기가 여기까지 옵니다.</translation>
    </message>
    <message>
        <source>Not computed yet: press Next node (Ctrl+Right).</source>
        <translation>아직 계산되지 않음: 다음 노드(Ctrl+Right)를 누르세요.</translation>
    </message>
    <message>
        <source>FORWARD {0} OF {1}</source>
        <translation>순전파 {0} / {1}</translation>
    </message>
    <message>
        <source>UPDATE {0} OF {1}</source>
        <translation>갱신 {0} / {1}</translation>
    </message>
    <message>
        <source>BACKWARD {0} OF {1}</source>
        <translation>역전파 {0} / {1}</translation>
    </message>
    <message>
        <source>{0} OF {1} OPERATIONS DONE</source>
        <translation>연산 {1}개 중 {0}개 완료</translation>
    </message>
    <message>
        <source>{0} OF {1} STEPS DONE</source>
        <translation>{1}단계 중 {0}단계 완료</translation>
    </message>
    <message>
        <source>The network is sure already, so every gradient will be tiny. Click another digit under Prediction: its loss is large, and so are its gradients.</source>
        <translation>신경망이 이미 확신하므로 모든 기울기가 아주 작습니다. 예측에서 다른 숫자를 누르면 손실이 커지고 기울기도 커집니다.</translation>
    </message>
    <message>
        <source>in the cells: {0}</source>
        <translation>칸 속의 수: {0}</translation>
    </message>
    <message>
        <source>It was empty, so the gradient is kept as it came. zero_grad() empties it again; without it the next backward pass adds to these numbers.</source>
        <translation>비어 있었으므로 기울기가 온 그대로 저장됩니다. zero_grad()는 이것을 다시 비웁니다. 비우지 않으면 다음 역전파가 이 수에 더합니다.</translation>
    </message>
    <message>
        <source>It still held the last training step&apos;s gradient, and the new one was added. With zero_grad() before the pass it would hold the new gradient alone (Z).</source>
        <translation>마지막 학습 단계의 기울기가 남아 있어 새 기울기가 더해졌습니다. 먼저 zero_grad()를 부르면 새 기울기만 남습니다 (Z).</translation>
    </message>
    <message>
        <source>No output depends on it here: the gradient is 0.</source>
        <translation>여기서는 이것에 달린 출력이 없습니다: 기울기는 0입니다.</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>… 그 밖에 {0}개</translation>
    </message>
    <message>
        <source>backward computed {0}: the same number</source>
        <translation>backward가 계산한 값 {0}: 같은 수입니다</translation>
    </message>
    <message>
        <source>backward computed {0}: not the same number</source>
        <translation>backward가 계산한 값 {0}: 다른 수입니다</translation>
    </message>
    <message>
        <source>relu: 1 where the result is above 0, else 0</source>
        <translation>relu: 결과가 0보다 크면 1, 아니면 0</translation>
    </message>
    <message>
        <source>pool: 1 for the largest of each window, 0 for the others</source>
        <translation>풀링: 창마다 가장 큰 수는 1, 나머지는 0</translation>
    </message>
    <message>
        <source>input: the kernel&apos;s weights; weight: the patches under it; bias: 1</source>
        <translation>입력: 커널의 가중치, 가중치: 그 아래의 조각, 편향: 1</translation>
    </message>
    <message>
        <source>x: the weights; weight: x; bias: 1</source>
        <translation>x: 가중치, 가중치: x, 편향: 1</translation>
    </message>
    <message>
        <source>1: only the shape changes</source>
        <translation>1: 모양만 바뀝니다</translation>
    </message>
    <message>
        <source>1: rows become columns</source>
        <translation>1: 행이 열이 됩니다</translation>
    </message>
    <message>
        <source>1 for both</source>
        <translation>둘 다 1</translation>
    </message>
    <message>
        <source>each factor&apos;s is the other factor</source>
        <translation>각 인수의 미분은 다른 인수</translation>
    </message>
    <message>
        <source>1 for itself, minus each digit&apos;s probability</source>
        <translation>자신은 1, 거기서 각 숫자의 확률을 뺌</translation>
    </message>
    <message>
        <source>−1/N for the true digit, else 0</source>
        <translation>정답 숫자는 −1/N, 나머지는 0</translation>
    </message>
    <message>
        <source>what is below 0 becomes 0</source>
        <translation>0보다 작은 값은 0이 됩니다</translation>
    </message>
    <message>
        <source>the largest of each window, and where it stood</source>
        <translation>각 창에서 가장 큰 값과 그 위치</translation>
    </message>
    <message>
        <source>each filter slides over the input: products, summed, plus its bias</source>
        <translation>필터마다 입력 위를 움직이며 곱하고 더한 뒤 편향을 더합니다</translation>
    </message>
    <message>
        <source>x · Wᵀ + b: each output is a weighted sum of all inputs</source>
        <translation>x · Wᵀ + b: 각 출력은 모든 입력의 가중합입니다</translation>
    </message>
    <message>
        <source>the same numbers in another shape</source>
        <translation>같은 수를 다른 모양으로</translation>
    </message>
    <message>
        <source>rows become columns</source>
        <translation>행이 열이 됩니다</translation>
    </message>
    <message>
        <source>the logarithm of each digit&apos;s probability</source>
        <translation>각 숫자의 확률의 로그</translation>
    </message>
    <message>
        <source>minus the logarithm at the true digit, averaged over the batch</source>
        <translation>정답 숫자의 로그에 음수를 붙여 배치에서 평균한 값</translation>
    </message>
    <message>
        <source>the optimizer wrote {0}: the same number</source>
        <translation>최적화기가 쓴 값 {0}: 같은 수</translation>
    </message>
    <message>
        <source>the optimizer wrote {0}: not the same number</source>
        <translation>최적화기가 쓴 값 {0}: 다른 수</translation>
    </message>
    <message>
        <source>Incoming gradient</source>
        <translation>들어온 기울기</translation>
    </message>
    <message>
        <source>∂loss/∂loss = 1</source>
        <translation>∂손실/∂손실 = 1</translation>
    </message>
    <message>
        <source>from {0}</source>
        <translation>{0}에서</translation>
    </message>
    <message>
        <source>Branches meet here, so their gradients add up: old + new = sum</source>
        <translation>갈래가 여기서 만나므로 기울기를 더합니다: 이전 + 새것 = 합</translation>
    </message>
    <message>
        <source>Saved by the forward pass</source>
        <translation>순전파가 저장해 둔 것</translation>
    </message>
    <message>
        <source>Chain rule, for one element</source>
        <translation>원소 하나의 연쇄 법칙</translation>
    </message>
    <message>
        <source>local derivative ∂out/∂in · {0}</source>
        <translation>국소 미분 ∂out/∂in · {0}</translation>
    </message>
    <message>
        <source>Outgoing gradient</source>
        <translation>내보낸 기울기</translation>
    </message>
    <message>
        <source>to {0}</source>
        <translation>{0}(으)로</translation>
    </message>
    <message>
        <source>Outgoing gradient to {0}</source>
        <translation>{0}(으)로 내보낸 기울기</translation>
    </message>
    <message>
        <source>Click a cell to see its chain rule</source>
        <translation>칸을 클릭하면 그 연쇄 법칙이 보입니다</translation>
    </message>
    <message>
        <source>.grad before</source>
        <translation>이전 .grad</translation>
    </message>
    <message>
        <source>None: nothing there yet</source>
        <translation>None: 아직 아무것도 없음</translation>
    </message>
    <message>
        <source>What is added</source>
        <translation>더해지는 것</translation>
    </message>
    <message>
        <source>.grad after</source>
        <translation>이후 .grad</translation>
    </message>
    <message>
        <source>old + new = sum</source>
        <translation>이전 + 새것 = 합</translation>
    </message>
    <message>
        <source>The forward pass runs through the graph from its far end up to the loss.</source>
        <translation>순전파는 그래프의 먼 끝에서 손실 쪽으로 나아갑니다.</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Kept for the way back</source>
        <translation>역전파를 위해 보관</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>{0}: needs no gradient</source>
        <translation>{0}: 기울기가 필요 없음</translation>
    </message>
    <message>
        <source>Click a cell to see the step of that weight</source>
        <translation>칸을 누르면 그 가중치의 갱신을 볼 수 있습니다</translation>
    </message>
    <message>
        <source>The step, for one weight</source>
        <translation>가중치 하나의 갱신</translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>{0} before</source>
        <translation>{0} 이전</translation>
    </message>
    <message>
        <source>{0} after</source>
        <translation>{0} 이후</translation>
    </message>
    <message>
        <source>The step: Δw</source>
        <translation>변화량 Δw</translation>
    </message>
    <message>
        <source>Weight before</source>
        <translation>이전 가중치</translation>
    </message>
    <message>
        <source>Weight after</source>
        <translation>이후 가중치</translation>
    </message>
</context>
<context>
    <name>teach</name>
    <message>
        <source>No digit</source>
        <translation>숫자 아님</translation>
    </message>
    <message>
        <source>Teach · {0}</source>
        <translation>가르치기 · {0}</translation>
    </message>
    <message>
        <source>Teach</source>
        <translation>가르치기</translation>
    </message>
    <message>
        <source>Your drawings: {0}</source>
        <translation>내 그림: {0}</translation>
    </message>
    <message>
        <source>No drawings of yours yet</source>
        <translation>아직 내 그림이 없습니다</translation>
    </message>
    <message>
        <source>Train without mine</source>
        <translation>내 그림 빼고 훈련</translation>
    </message>
</context>
<context>
    <name>terms</name>
    <message>
        <source>The arithmetic of this layer is not written out yet.</source>
        <translation>이 층의 계산은 아직 풀어 쓰지 않았습니다.</translation>
    </message>
    <message>
        <source>The kernel is laid over a patch of {0}: number times number, all added up, plus the bias.</source>
        <translation>{0}의 한 조각에 커널을 겹쳐 수끼리 곱해 모두 더하고 편향을 더합니다.</translation>
    </message>
    <message>
        <source>Every number of {0} times its own weight, all added up, plus the bias.</source>
        <translation>{0}의 모든 수에 저마다의 가중치를 곱해 더하고 편향을 더합니다.</translation>
    </message>
    <message>
        <source>The largest of the {1} numbers in its window of {0}; the others are forgotten.</source>
        <translation>{0}의 창에 든 수 {1}개 가운데 가장 큰 것만 남고 나머지는 잊힙니다.</translation>
    </message>
    <message>
        <source>A pixel of what the network gets: preprocessing made it from your drawing.</source>
        <translation>신경망이 받는 픽셀입니다: 전처리가 내 그림에서 만들었습니다.</translation>
    </message>
    <message>
        <source>It took part in {1} cells of {0}: the gradient of each comes back, times the weight between.</source>
        <translation>{0}의 칸 {1}개에 쓰였습니다: 칸마다의 기울기가 사이의 가중치와 곱해져 돌아옵니다.</translation>
    </message>
    <message>
        <source>It took part in {1} units of {0}: the gradient of each comes back, times the weight between.</source>
        <translation>{0}의 유닛 {1}개에 쓰였습니다: 유닛마다의 기울기가 사이의 가중치와 곱해져 돌아옵니다.</translation>
    </message>
    <message>
        <source>A pooling window passes its gradient back to its winner alone; the others get nothing.</source>
        <translation>풀링 창은 기울기를 이긴 수에게만 돌려줍니다. 나머지는 받지 못합니다.</translation>
    </message>
    <message>
        <source>The way back begins here: the loss pulls a logit by its probability minus its target, 1 or 0.</source>
        <translation>되돌아가는 길이 여기서 시작합니다: 손실은 로짓을 확률 빼기 정답(1 또는 0)만큼 당깁니다.</translation>
    </message>
    <message>
        <source>The way back begins here, with the chosen logit itself: 1 for it and 0 for the others.</source>
        <translation>되돌아가는 길이 고른 로짓에서 시작합니다: 그것은 1, 나머지는 0입니다.</translation>
    </message>
    <message>
        <source>Wherever your drawing used this weight: the number it met, times the gradient that came back to {0}.</source>
        <translation>내 그림이 이 가중치를 쓴 곳마다: 만난 수에 {0}에 돌아온 기울기를 곱합니다.</translation>
    </message>
    <message>
        <source>A bias is added everywhere: its gradient is the sum of all that came back to {0}, for your drawing.</source>
        <translation>편향은 모든 곳에 더해지므로, 내 그림에서 {0}에 돌아온 기울기를 모두 더한 것입니다.</translation>
    </message>
    <message>
        <source>Why this weight has this gradient</source>
        <translation>이 가중치의 기울기가 이런 까닭</translation>
    </message>
    <message>
        <source>Why this cell has this gradient</source>
        <translation>이 칸의 기울기가 이런 까닭</translation>
    </message>
    <message>
        <source>Why this cell has this value</source>
        <translation>이 칸의 값이 이런 까닭</translation>
    </message>
    <message>
        <source>probability, from softmax</source>
        <translation>확률, 소프트맥스에서</translation>
    </message>
    <message>
        <source>minus the target</source>
        <translation>빼기 정답</translation>
    </message>
    <message>
        <source>sum of {0} products</source>
        <translation>곱 {0}개의 합</translation>
    </message>
    <message>
        <source>sum of {0} numbers</source>
        <translation>수 {0}개의 합</translation>
    </message>
    <message>
        <source>bias</source>
        <translation>편향</translation>
    </message>
    <message>
        <source>together</source>
        <translation>합치면</translation>
    </message>
    <message>
        <source>ReLU is open: it stays</source>
        <translation>ReLU 열림: 그대로</translation>
    </message>
    <message>
        <source>ReLU is closed: it becomes 0</source>
        <translation>ReLU 닫힘: 0이 됨</translation>
    </message>
    <message>
        <source>total of these terms</source>
        <translation>이 항들의 합</translation>
    </message>
    <message>
        <source>the engine&apos;s number</source>
        <translation>엔진의 수</translation>
    </message>
    <message>
        <source>its ReLU is open, {0}: passes on</source>
        <translation>ReLU 열림, {0}: 넘김</translation>
    </message>
    <message>
        <source>its ReLU is closed, {0}: passes on</source>
        <translation>ReLU 닫힘, {0}: 넘김</translation>
    </message>
    <message>
        <source>the terms do not add up to the engine&apos;s number: they differ by {0}</source>
        <translation>항의 합이 엔진의 수와 다릅니다: 차이 {0}</translation>
    </message>
    <message>
        <source>the terms add up to the engine&apos;s number exactly</source>
        <translation>항의 합이 엔진의 수와 정확히 같습니다</translation>
    </message>
    <message>
        <source>The gradient that the last batch left at this weight, and what {0} made of it.</source>
        <translation>마지막 배치가 이 가중치에 남긴 기울기와, {0}이(가) 그것으로 한 일.</translation>
    </message>
    <message>
        <source>Why this weight changed like this</source>
        <translation>이 가중치가 이렇게 바뀐 까닭</translation>
    </message>
    <message>
        <source>w, before the step</source>
        <translation>w, 단계 전</translation>
    </message>
    <message>
        <source>g, its gradient</source>
        <translation>g, 기울기</translation>
    </message>
    <message>
        <source>the engine&apos;s weight</source>
        <translation>엔진의 가중치</translation>
    </message>
    <message>
        <source>the arithmetic does not give the engine&apos;s weight: they differ by {0}</source>
        <translation>계산이 엔진의 가중치와 다릅니다: 차이 {0}</translation>
    </message>
    <message>
        <source>equal within float32 rounding: they differ by {0}</source>
        <translation>float32 반올림 안에서 같음: 차이 {0}</translation>
    </message>
    <message>
        <source>not the winner</source>
        <translation>이기지 못함</translation>
    </message>
    <message>
        <source>ReLU closed</source>
        <translation>ReLU 닫힘</translation>
    </message>
</context>
<context>
    <name>why</name>
    <message>
        <source>orange: more ink here, more {0}</source>
        <translation>주황: 여기 잉크가 늘면 {0}에 가까워짐</translation>
    </message>
    <message>
        <source>How fast the logit z of the {0} would rise if a pixel got brighter; blue: it would fall. It says nothing about pixels whose change would not matter right now.</source>
        <translation>픽셀이 밝아질 때 {0}의 로짓 z가 얼마나 빨리 오르는지입니다. 파랑이면 내려갑니다. 지금 바뀌어도 상관없는 픽셀에 대해서는 말해 주지 않습니다.</translation>
    </message>
    <message>
        <source>orange ink speaks for the {0}, blue against</source>
        <translation>주황 잉크는 {0}의 근거, 파랑은 반대</translation>
    </message>
    <message>
        <source>The slope times how far a pixel is from blank paper x₀: an estimate of what its ink adds to the logit of the {0}. Blank paper adds nothing.</source>
        <translation>기울기에 빈 종이 x₀와의 차이를 곱한 값으로, 그 잉크가 {0}의 로짓에 더하는 양을 어림합니다. 빈 종이는 아무것도 더하지 않습니다.</translation>
    </message>
    <message>
        <source>orange: blanking this weakens the {0}</source>
        <translation>주황: 가리면 {0}이(가) 약해짐</translation>
    </message>
    <message>
        <source>How far the logit of the {0} falls when a square of 4×4 pixels is made paper, for squares 2 pixels apart. No slope, but a run of the network for each square.</source>
        <translation>2픽셀씩 옮기며 4×4 픽셀을 종이로 바꿀 때 {0}의 로짓이 얼마나 떨어지는지입니다. 기울기 없이, 칸마다 신경망을 한 번씩 돌립니다.</translation>
    </message>
    <message>
        <source>where the last convolution saw a {0}</source>
        <translation>마지막 합성곱이 {0}을(를) 본 곳</translation>
    </message>
    <message>
        <source>The 16 maps of the last convolution, each weighted by the mean slope of the logit of the {0}; what is negative is left out. Coarse: 10×10 cells, 2 pixels apart.</source>
        <translation>마지막 합성곱의 맵 16개를 {0}의 로짓의 평균 기울기로 가중해 더하고 음수는 버립니다. 2픽셀 간격의 10×10칸이라 거칩니다.</translation>
    </message>
    <message>
        <source>Why this digit?</source>
        <translation>왜 이 숫자인가?</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>왜?</translation>
    </message>
    <message>
        <source>Formula</source>
        <translation>식</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>비용</translation>
    </message>
    <message>
        <source>Nothing to explain yet</source>
        <translation>아직 설명할 것이 없습니다</translation>
    </message>
    <message>
        <source>Draw a digit: the map then lies on it.</source>
        <translation>숫자를 그리면 그 위에 겹칩니다.</translation>
    </message>
    <message>
        <source>{0} forward, {1} backward</source>
        <translation>순전파 {0}, 역전파 {1}</translation>
    </message>
    <message>
        <source>{0} · {1} ms</source>
        <translation>{0} · {1} ms</translation>
    </message>
    <message>
        <source>Scale: −{0} to +{0}</source>
        <translation>범위: −{0} ~ +{0}</translation>
    </message>
</context>
<context>
    <name>widgets</name>
    <message>
        <source>scalar</source>
        <translation>스칼라</translation>
    </message>
</context>
</TS>
